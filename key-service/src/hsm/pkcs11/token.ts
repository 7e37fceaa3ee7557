/**
 * One attached token inside a worker: sentinel session, handle map, hot copies, province cache, and the few calls that
 * our operations are made of. Synchronous calls only: pkcs11js's asynchronous ones have a use-after-free (KEYS.md).
 */
import type { SuiteMechanisms } from '@rhc/hsm-config';
import pkcs11js from 'pkcs11js';
import { keyServiceErrors } from '../../errors.ts';
import type { KeyPath } from '../port.ts';
import type { AttachConfig } from '../protocol.ts';
import { closeModule, findSlot, type Handle, type Module, openModule } from './module.ts';
import { hsmError } from './return-values.ts';
import { type Template, templates } from './templates.ts';

const {
  CK_PARAMS_AES_CBC,
  CKA_EC_POINT,
  CKA_KEY_TYPE,
  CKA_LABEL,
  CKA_VALUE,
  CKA_VALUE_LEN,
  CKF_RW_SESSION,
  CKF_SERIAL_SESSION,
  CKK_DES2,
  CKK_DES3,
  CKM_AES_CBC,
  CKM_AES_CMAC,
  CKM_DES3_CBC,
  CKM_DES3_CMAC,
  CKU_USER,
} = pkcs11js;

const BLOCK_BYTES = 16;
const ZERO_BLOCK = Buffer.alloc(BLOCK_BYTES);
/** 34 provinces × 24 slots × 3 versions would be 2,448; a service of one province uses some 30. */
const MAX_CACHED_LINKS = 2_500;

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** Number of a mechanism by its PKCS#11 name; the model's map is data, so an unknown name is a clear refusal. */
function mechanismNumber(name: string): number {
  const value = (pkcs11js as unknown as Record<string, unknown>)[name];
  if (typeof value !== 'number') throw keyServiceErrors.make('HSM_MECHANISM_REFUSED', { detail: `unknown ${name}` });
  return value;
}

export class Token {
  readonly #module: Module;
  readonly #slot: Handle;
  /** Keeps the login and owns hot copies and cached links; never runs an operation. */
  readonly #sentinel: Handle;
  #session: Handle;
  readonly #roots = new Map<string, Handle>();
  readonly #links = new Map<string, Handle>();
  readonly #mechanism: Readonly<
    Record<'derive' | 'ecb' | 'cbc' | 'wrap' | 'generate' | 'generatePair' | 'sign', number>
  >;

  constructor(config: AttachConfig) {
    this.#mechanism = mechanismNumbers(config.mechanisms);
    this.#module = openModule(config.modulePath);
    try {
      this.#slot = findSlot(this.#module, config.tokenLabel);
      this.#sentinel = this.#module.C_OpenSession(this.#slot, CKF_SERIAL_SESSION | CKF_RW_SESSION);
      this.#module.C_Login(this.#sentinel, CKU_USER, view(config.pin).toString('latin1'));
      this.#session = this.#module.C_OpenSession(this.#slot, CKF_SERIAL_SESSION | CKF_RW_SESSION);
    } catch (error) {
      closeModule(this.#module);
      throw hsmError(error, 'attach');
    }
  }

  info(): { model: string; label: string; serial: string } {
    const info = this.#module.C_GetTokenInfo(this.#slot);
    return { model: info.model.trimEnd(), label: info.label.trimEnd(), serial: info.serialNumber.trimEnd() };
  }

  close(): void {
    closeModule(this.#module);
  }

  /** After an error in mid-operation the session may hold an active operation: a new one starts clean. */
  renewSession(): void {
    this.#module.C_CloseSession(this.#session);
    this.#session = this.#module.C_OpenSession(this.#slot, CKF_SERIAL_SESSION | CKF_RW_SESSION);
  }

  /** Labels of all secret keys in the token. */
  rootNames(): string[] {
    return this.#find(templates.find('secret')).map((handle) => this.#attribute(handle, CKA_LABEL).toString());
  }

  hasRoot(name: string): boolean {
    return this.#find(templates.find('secret', name)).length > 0;
  }

  /** Hot copy of a root. Looked up by label once in a worker's life. */
  root(name: string): Handle {
    const known = this.#roots.get(name);
    if (known !== undefined) return known;
    const [found] = this.#find(templates.find('secret', name));
    if (found === undefined) throw keyServiceErrors.make('KEY_MISSING', { detail: name });
    const copy = this.#module.C_CopyObject(this.#sentinel, found, templates.hotCopy);
    this.#roots.set(name, copy);
    return copy;
  }

  /** The token's object, and with it this process's copy and what was derived from it. */
  destroyRoot(name: string): boolean {
    const found = this.#find(templates.find('secret', name));
    for (const handle of found) this.destroy(handle);
    const copy = this.#roots.get(name);
    if (copy !== undefined) this.destroy(copy);
    this.#roots.delete(name);
    for (const [link, handle] of this.#links) {
      if (!link.startsWith(`${name}/`)) continue;
      this.#links.delete(link);
      this.destroy(handle);
    }
    return found.length > 0;
  }

  derive(base: Handle, block: Uint8Array, template: Template, session: Handle = this.#session): Handle {
    const parameter = { type: CK_PARAMS_AES_CBC, iv: ZERO_BLOCK, data: view(block) };
    return this.#module.C_DeriveKey(session, { mechanism: this.#mechanism.derive, parameter }, base, template);
  }

  /** Walks the path, lends the last key to `fn` and destroys all that was made on the way, whatever happens. */
  withKey<T>(path: KeyPath, last: Template, fn: (key: Handle) => T): T {
    const made: Handle[] = [];
    try {
      let key = this.#startOf(path);
      const blocks = path.blocks.slice(path.cachedBlocks);
      if (blocks.length === 0) throw new RangeError('a path lends a derived key, never the root itself');
      blocks.forEach((block, index) => {
        key = this.derive(key, block, index === blocks.length - 1 ? last : templates.link);
        made.push(key);
      });
      return fn(key);
    } finally {
      for (const handle of made) this.destroy(handle);
    }
  }

  #startOf(path: KeyPath): Handle {
    const root = this.root(path.root);
    const first = path.blocks[0];
    if (path.cachedBlocks === 0 || first === undefined) return root;
    const name = `${path.root}/${view(first).toString('hex')}`;
    const known = this.#links.get(name);
    if (known !== undefined) return known;
    if (this.#links.size >= MAX_CACHED_LINKS) {
      const [oldest] = this.#links;
      if (oldest !== undefined) {
        this.#links.delete(oldest[0]);
        this.destroy(oldest[1]);
      }
    }
    const link = this.derive(root, first, templates.link, this.#sentinel);
    this.#links.set(name, link);
    return link;
  }

  ecb(key: Handle, blocks: Uint8Array): Buffer {
    this.#module.C_EncryptInit(this.#session, { mechanism: this.#mechanism.ecb }, key);
    return this.#module.C_Encrypt(this.#session, view(blocks), Buffer.alloc(blocks.length));
  }

  cbc(key: Handle, iv: Uint8Array, blocks: Uint8Array): Buffer {
    this.#module.C_EncryptInit(this.#session, { mechanism: this.#mechanism.cbc, parameter: view(iv) }, key);
    return this.#module.C_Encrypt(this.#session, view(blocks), Buffer.alloc(blocks.length));
  }

  /** One block of CBC with zero IV is ECB of the key: WRITE KEY's second block, made without seeing the key. */
  wrap(wrapping: Handle, key: Handle): Buffer {
    const mechanism = { mechanism: this.#mechanism.wrap, parameter: ZERO_BLOCK };
    return this.#module.C_WrapKey(this.#session, mechanism, wrapping, key, Buffer.alloc(BLOCK_BYTES));
  }

  /** ENC0 of a key that may only DERIVE. */
  checkValueByDerivation(key: Handle): Buffer {
    const value = this.derive(key, ZERO_BLOCK, templates.checkValue);
    try {
      return this.value(value);
    } finally {
      this.destroy(value);
    }
  }

  checkValueByEncipherment(key: Handle): Buffer {
    return this.ecb(key, ZERO_BLOCK).subarray(0, 3);
  }

  /** CKA_VALUE of an object that is not sensitive: check values and published vectors. */
  value(handle: Handle): Buffer {
    return this.#attribute(handle, CKA_VALUE);
  }

  random(length: number): Buffer {
    return this.#module.C_GenerateRandom(this.#session, Buffer.alloc(length));
  }

  create(template: Template): Handle {
    return this.#module.C_CreateObject(this.#session, template);
  }

  generate(template: Template): Handle {
    return this.#module.C_GenerateKey(this.#session, { mechanism: this.#mechanism.generate }, template);
  }

  decryptEcb(key: Handle, block: Uint8Array): Buffer {
    this.#module.C_DecryptInit(this.#session, { mechanism: this.#mechanism.ecb }, key);
    return this.#module.C_Decrypt(this.#session, view(block), Buffer.alloc(block.length));
  }

  /** AES or TDES by CKA_KEY_TYPE, and its length. */
  keyShape(key: Handle): { kind: 'AES' | 'TDES'; bytes: number } {
    const type = this.#attribute(key, CKA_KEY_TYPE).readUInt32LE(0);
    if (type === CKK_DES2) return { kind: 'TDES', bytes: 16 };
    if (type === CKK_DES3) return { kind: 'TDES', bytes: 24 };
    return { kind: 'AES', bytes: this.#attribute(key, CKA_VALUE_LEN).readUInt32LE(0) };
  }

  cmac(kind: 'AES' | 'TDES', key: Handle, data: Uint8Array): Buffer {
    const mechanism = kind === 'AES' ? CKM_AES_CMAC : CKM_DES3_CMAC;
    this.#module.C_SignInit(this.#session, { mechanism }, key);
    return this.#module.C_Sign(this.#session, view(data), Buffer.alloc(kind === 'AES' ? 16 : 8));
  }

  cipherCbc(way: 'encipher' | 'decipher', kind: 'AES' | 'TDES', key: Handle, iv: Uint8Array, data: Uint8Array): Buffer {
    const mechanism = { mechanism: kind === 'AES' ? CKM_AES_CBC : CKM_DES3_CBC, parameter: view(iv) };
    const into = Buffer.alloc(data.length);
    if (way === 'encipher') {
      this.#module.C_EncryptInit(this.#session, mechanism, key);
      return this.#module.C_Encrypt(this.#session, view(data), into);
    }
    this.#module.C_DecryptInit(this.#session, mechanism, key);
    return this.#module.C_Decrypt(this.#session, view(data), into);
  }

  destroy(handle: Handle): void {
    this.#module.C_DestroyObject(this.#session, handle);
  }

  findPair(name: string): { publicKey: Handle; privateKey: Handle } | null {
    const [publicKey] = this.#find(templates.find('public', name));
    const [privateKey] = this.#find(templates.find('private', name));
    return publicKey === undefined || privateKey === undefined ? null : { publicKey, privateKey };
  }

  generatePair(name: string, persistent: boolean): { publicKey: Handle; privateKey: Handle } {
    return this.#module.C_GenerateKeyPair(
      this.#session,
      { mechanism: this.#mechanism.generatePair },
      templates.publicKey(name, persistent),
      templates.privateKey(name, persistent),
    );
  }

  /** x ‖ y from CKA_EC_POINT: OCTET STRING (04 41) of the uncompressed point (04 ‖ x ‖ y). */
  publicPoint(publicKey: Handle): Buffer {
    const point = this.#attribute(publicKey, CKA_EC_POINT);
    if (point.length !== 67 || point[0] !== 4 || point[1] !== 65 || point[2] !== 4) {
      throw keyServiceErrors.make('HSM_FAILED', { detail: 'CKA_EC_POINT is not an uncompressed P-256 point' });
    }
    return point.subarray(3);
  }

  sign(privateKey: Handle, digest: Uint8Array): Buffer {
    this.#module.C_SignInit(this.#session, { mechanism: this.#mechanism.sign }, privateKey);
    return this.#module.C_Sign(this.#session, view(digest), Buffer.alloc(64));
  }

  verify(publicKey: Handle, digest: Uint8Array, signature: Uint8Array): boolean {
    this.#module.C_VerifyInit(this.#session, { mechanism: this.#mechanism.sign }, publicKey);
    return this.#module.C_Verify(this.#session, view(digest), view(signature));
  }

  #attribute(handle: Handle, type: number): Buffer {
    const [attribute] = this.#module.C_GetAttributeValue(this.#session, handle, [{ type }]);
    if (attribute === undefined) throw keyServiceErrors.make('HSM_FAILED', { detail: `attribute ${type} is missing` });
    return attribute.value;
  }

  #find(template: Template): Handle[] {
    this.#module.C_FindObjectsInit(this.#session, template);
    try {
      const found: Handle[] = [];
      for (;;) {
        const some = this.#module.C_FindObjects(this.#session, 100);
        found.push(...some);
        if (some.length < 100) return found;
      }
    } finally {
      this.#module.C_FindObjectsFinal(this.#session);
    }
  }
}

function mechanismNumbers(map: SuiteMechanisms) {
  return {
    derive: mechanismNumber(map.derive.mechanism),
    ecb: mechanismNumber(map.ecb),
    cbc: mechanismNumber(map.cbc),
    wrap: mechanismNumber(map.wrap),
    generate: mechanismNumber(map.generate),
    generatePair: mechanismNumber(map.generatePair),
    sign: mechanismNumber(map.sign),
  };
}
