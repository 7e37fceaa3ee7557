/**
 * Leaves in a token what key-service kept for SAMs before there was a SAM token: the key `SAM.LOAD#1` and a block for each root.
 * usage: MODULE LABEL block ROOT=HEX … | seal JSON | list
 */
import p from 'pkcs11js';
import { openRawSession } from './raw-session.mjs';

const { module, session, rest } = openRawSession();
const [what, ...words] = rest;
const data = (application, label, value) =>
  module.C_CreateObject(session, [
    { type: p.CKA_CLASS, value: p.CKO_DATA },
    { type: p.CKA_TOKEN, value: true },
    { type: p.CKA_PRIVATE, value: true },
    { type: p.CKA_APPLICATION, value: Buffer.from(application) },
    { type: p.CKA_LABEL, value: Buffer.from(label) },
    { type: p.CKA_VALUE, value },
  ]);
function find(template) {
  module.C_FindObjectsInit(session, template);
  const found = module.C_FindObjects(session, 1_000);
  module.C_FindObjectsFinal(session);
  return found;
}
const read = (handle, type) => module.C_GetAttributeValue(session, handle, [{ type }])[0].value.toString();
if (what === 'block') {
  const key = module.C_GenerateKey(session, { mechanism: p.CKM_AES_KEY_GEN }, [
    { type: p.CKA_CLASS, value: p.CKO_SECRET_KEY },
    { type: p.CKA_KEY_TYPE, value: p.CKK_AES },
    { type: p.CKA_VALUE_LEN, value: 16 },
    { type: p.CKA_TOKEN, value: true },
    { type: p.CKA_PRIVATE, value: true },
    { type: p.CKA_SENSITIVE, value: true },
    { type: p.CKA_EXTRACTABLE, value: false },
    { type: p.CKA_DECRYPT, value: true },
    { type: p.CKA_DERIVE, value: true },
    { type: p.CKA_LABEL, value: 'SAM.LOAD#1' },
    { type: p.CKA_ID, value: Buffer.from('SAM.LOAD#1') },
  ]);
  for (const word of words) {
    const [root, hex] = word.split('=');
    module.C_DecryptInit(session, { mechanism: p.CKM_AES_ECB }, key);
    data('rhc-sam-root', root, module.C_Decrypt(session, Buffer.from(hex, 'hex'), Buffer.alloc(16)));
  }
}
if (what === 'seal') {
  const seal = JSON.parse(words[0]);
  for (const handle of find([{ type: p.CKA_CLASS, value: p.CKO_DATA }]))
    if (read(handle, p.CKA_APPLICATION) === 'rhc-sam-sealed' && read(handle, p.CKA_LABEL) === seal.root)
      module.C_DestroyObject(session, handle);
  data('rhc-sam-sealed', seal.root, Buffer.from(words[0]));
}
const listed = {
  keys: find([{ type: p.CKA_CLASS, value: p.CKO_SECRET_KEY }])
    .map((handle) => read(handle, p.CKA_LABEL))
    .sort(),
  data: find([{ type: p.CKA_CLASS, value: p.CKO_DATA }])
    .map((handle) => `${read(handle, p.CKA_APPLICATION)} ${read(handle, p.CKA_LABEL)}`)
    .sort(),
};
module.C_Finalize();
process.stdout.write(JSON.stringify(listed));
