/** What a browser says when a passkey does not come about, as a sentence with a next step. */
import { Fault } from '@rhc/console-shell';

/** @throws Fault always */
export function passkeyFault(error: unknown): never {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'AbortError') {
    throw make('PASSKEY_NOT_GIVEN', '没有得到通行密钥:已取消或超时。', 'No passkey was given: cancelled or too late.', {
      zh: '请再试一次,并在浏览器的提示里确认。',
      en: "Try again and confirm in the browser's dialogue.",
    });
  }
  if (name === 'InvalidStateError') {
    throw make('PASSKEY_KNOWN', '这把通行密钥已经登记过。', 'This passkey is registered already.', {
      zh: '请直接登录,或换一把。',
      en: 'Sign in with it, or use another.',
    });
  }
  throw make('PASSKEY_FAILED', '浏览器不能使用通行密钥。', 'The browser cannot use a passkey.', {
    zh: '请用 https:// 或 http://localhost 打开本页,并确认浏览器支持通行密钥。',
    en: 'Open the page by https:// or http://localhost with a browser that knows passkeys.',
  });
}

function make(code: string, zh: string, en: string, nextStep: { zh: string; en: string }): Fault {
  return new Fault({ code, message: { zh, en }, nextStep, retriable: true }, 0, null);
}
