/** 安全码 (CVN), CARD.md "Security code": the decimalization that banks use for CVV. */
import { bytesToHex } from '@rhc/card/bytes';

/** Digits of the hex text first, then its letters A–F as 0–5; the first three of all. */
export function decimalize(cipher: Uint8Array): string {
  const hex = bytesToHex(cipher);
  const digits = hex.replace(/[A-F]/g, '');
  const letters = hex.replace(/[0-9]/g, '').replace(/[A-F]/g, (letter) => String(letter.charCodeAt(0) - 65));
  return `${digits}${letters}`.slice(0, 3);
}
