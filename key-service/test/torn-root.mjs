/** Leaves each named root as a cut leaves it: the name without a value. usage: MODULE LABEL USE:ROOT … (DERIVE, ENCRYPT) */
import p from 'pkcs11js';
import { openRawSession } from './raw-session.mjs';

const { module, session, rest } = openRawSession();
for (const word of rest) {
  const [use, root] = word.split(':');
  module.C_CreateObject(session, [
    { type: p.CKA_CLASS, value: p.CKO_SECRET_KEY },
    { type: p.CKA_KEY_TYPE, value: p.CKK_AES },
    { type: p.CKA_TOKEN, value: true },
    { type: p.CKA_PRIVATE, value: true },
    { type: p.CKA_SENSITIVE, value: true },
    { type: p.CKA_EXTRACTABLE, value: false },
    { type: p[`CKA_${use}`], value: true },
    { type: p.CKA_LABEL, value: root },
    { type: p.CKA_ID, value: Buffer.from(root) },
    { type: p.CKA_VALUE, value: Buffer.alloc(0) },
  ]);
}
module.C_Finalize();
