/** Sends a file and tells how much of it has gone: `fetch` says nothing of that. */
import { accessToken, Fault, type FaultBody } from '@rhc/console-shell';

const NO_ANSWER: FaultBody = {
  code: 'UPLOAD_BROKEN',
  message: { zh: '上传中断。', en: 'The upload broke off.' },
  nextStep: { zh: '请检查网络后重新上传;没有收到的文件不会留下任何记录。', en: 'Check the network and upload again.' },
  retriable: true,
};

/** @param onShare 0 to 1. @throws Fault */
export function upload<T>(path: string, file: Blob, onShare: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    const token = accessToken.get();
    if (token !== null) request.setRequestHeader('authorization', `Bearer ${token}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => onShare(total === 0 ? 0 : loaded / total);
    request.onerror = () => reject(new Fault(NO_ANSWER, 0, null));
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (request.status < 300) resolve(answer as T);
      else {
        const { error, requestId } = (answer ?? {}) as { error?: FaultBody; requestId?: string };
        reject(new Fault(error ?? NO_ANSWER, request.status, requestId ?? null));
      }
    };
    request.send(file);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
