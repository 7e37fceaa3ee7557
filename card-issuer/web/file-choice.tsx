/** One file, chosen by mouse, keyboard or by dropping it here. */
import { Both } from '@rhc/console-shell';
import { Upload } from 'antd';
import type { ReactNode } from 'react';

export function FileChoice({
  accept,
  file,
  hint,
  onChoose,
}: {
  accept: string;
  file: File | null;
  hint: { readonly zh: string; readonly en: string };
  onChoose: (file: File | null) => void;
}): ReactNode {
  return (
    <Upload.Dragger
      accept={accept}
      maxCount={1}
      showUploadList={false}
      beforeUpload={(chosen) => {
        onChoose(chosen);
        return false;
      }}
    >
      <p className="file-choice">
        {file === null ? (
          <Both zh="选择文件,或拖到这里" en="Choose a file, or drop it here" />
        ) : (
          <strong>
            {file.name} <small>{Math.ceil(file.size / 1024).toLocaleString('zh-CN')} KB</small>
          </strong>
        )}
      </p>
      <p className="quiet">
        <Both {...hint} />
      </p>
    </Upload.Dragger>
  );
}
