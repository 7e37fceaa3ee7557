/**
 * A session under the user PIN without any of our code: for a process of its own, because SoftHSM2 reads its environment
 * with getenv, which does not see what Jest sets. The arguments are MODULE LABEL …; the PIN comes by standard input.
 */
import { readFileSync } from 'node:fs';
import p from 'pkcs11js';

export function openRawSession() {
  const [modulePath, tokenLabel, ...rest] = process.argv.slice(2);
  const module = new p.PKCS11();
  module.load(modulePath);
  module.C_Initialize({ flags: p.CKF_OS_LOCKING_OK });
  const slot = module.C_GetSlotList(true).find((each) => module.C_GetTokenInfo(each).label.trimEnd() === tokenLabel);
  const session = module.C_OpenSession(slot, p.CKF_SERIAL_SESSION | p.CKF_RW_SESSION);
  module.C_Login(session, p.CKU_USER, readFileSync(0, 'utf8').trim());
  return { module, slot, session, rest };
}
