/**
 * One attached token inside a worker: sentinel session, handle map, hot copies, province cache, and the few calls that
 * our operations are made of. Synchronous calls only: pkcs11js's asynchronous ones have a use-after-free (KEYS.md).
 */
import type { AlgorithmSuite } from '@rhc/card/profile';
import pkcs11js from 'pkcs11js';
import { keyServiceErrors } from '../../errors.ts';
import type { KeyPath } from '../port.ts';
import type { AttachConfig } from '../protocol.ts';
import { SoftSuiteKeys } from '../soft-suite.ts';
import { closeModule, findSlot, type Handle, type Module, openModule } from './module.ts';
import { hsmError } from './return-values.ts';
import { softShelf } from './soft-shelf.ts';
import type { KeyPurpose, SuiteKey } from './suite-key.ts';
import { type Template, templates } from './templates.ts';
import { type TokenRoom, TokenSuiteKeys, view } from './token-suite.ts';

const {
  CK_PARAMS_RSA_OAEP,
  CKA_EC_POINT,
  CKA_KEY_TYPE,
  CKA_LABEL,
  CKA_MODULUS,
  CKA_PUBLIC_EXPONENT,
  CKA_VALUE,
  CKA_VALUE_LEN,
  CKF_RW_SESSION,
  CKF_SERIAL_SESSION,
  CKG_MGF1_SHA1,
  CKK_DES2,
  CKK_DES3,
  CKM_AES_CBC,
  CKM_AES_CMAC,
  CKM_AES_KEY_GEN,
  CKM_DES3_CBC,
  CKM_DES3_CMAC,
  CKM_RSA_PKCS_KEY_PAIR_GEN,
  CKM_RSA_PKCS_OAEP,
  CKM_SHA_1,
  CKU_USER,
} = pkcs11js;

const ZERO_BLOCK = Buffer.alloc(16);
/** 34 provinces × 24 slots × 3 versions would be 2,448; a service of one province uses some 30. */
const MAX_CACHED_LINKS = 2_500;
const MAX_RSA_BYTES = 512;
/** SoftHSM2 2.6.1 takes SHA-1 and no other hash; OAEP does not rest on its resistance to collisions. */
const OAEP = {
  mechanism: CKM_RSA_PKCS_OAEP,
  parameter: { type: CK_PARAMS_RSA_OAEP, hashAlg: CKM_SHA_1, mgf: CKG_MGF1_SHA1, source: 1 },
};
/** Keys of ours in the token that are nobody's root. */
const INTERNAL_PREFIXES = ['CEREMONY.', 'DEK.', 'KBPK.', 'SAM.', 'SOFT.'];

export class Token {
  readonly #module: Module;
  readonly #slot: Handle;
  /** Keeps the login and owns hot copies and cached links; never runs an operation. */
  readonly #sentinel: Handle;
  #session: Handle;
  #carrier: Handle | undefined;
  readonly #roots = new Map<string, SuiteKey>();
  readonly #links = new Map<string, SuiteKey>();
  readonly #secrets = new Map<string, Handle>();
  readonly #suites = new Map<AlgorithmSuite, TokenSuiteKeys>();
  /** The labelled soft engine, where the model's data says so. */
  readonly soft: SoftSuiteKeys | null;
  /** SubjectPublicKeyInfo of the SAM token, told from outside: what stands in this token its user PIN could exchange. */
  readonly samKey: Buffer | null;

  constructor(config: AttachConfig) {
    this.samKey = config.samKey === null ? null : Buffer.from(config.samKey);
    this.#module = openModule(config.modulePath);
    try {
      this.#slot = findSlot(this.#module, config.tokenLabel);
      this.#sentinel = this.#module.C_OpenSession(this.#slot, CKF_SERIAL_SESSION | CKF_RW_SESSION);
      this.#module.C_Login(this.#sentinel, CKU_USER, view(config.pin).toString('latin1'));
      this.#session = this.#module.C_OpenSession(this.#slot, CKF_SERIAL_SESSION | CKF_RW_SESSION);
      const room = this.#room();
      let soft = false;
      for (const [suite, map] of Object.entries(config.suites)) {
        if (map.engine === 'soft') soft = true;
        else
          this.#suites.set(
            suite as AlgorithmSuite,
            new TokenSuiteKeys(suite as AlgorithmSuite, map, config.vendorNumbers, room, config.limitsMechanisms),
          );
      }
      this.soft = soft ? new SoftSuiteKeys(softShelf(this)) : null;
    } catch (error) {
      closeModule(this.#module);
      throw hsmError(error, 'attach');
    }
  }

  #room(): TokenRoom {
    const token = this;
    return {
      module: this.#module,
      sentinel: this.#sentinel,
      get session() {
        return token.#session;
      },
      get carrier() {
        token.#carrier ??= token.#module.C_GenerateKey(
          token.#sentinel,
          { mechanism: CKM_AES_KEY_GEN },
          templates.carrier,
        );
        return token.#carrier;
      },
    };
  }

  /** Suites whose keys live in the token itself. */
  get suites(): readonly TokenSuiteKeys[] {
    return [...this.#suites.values()];
  }

  /** @throws HSM_MECHANISM_REFUSED when the model maps no mechanisms, or a known answer of it failed */
  suite(name: AlgorithmSuite): TokenSuiteKeys {
    const keys = this.#suites.get(name);
    if (keys === undefined) throw keyServiceErrors.make('HSM_MECHANISM_REFUSED', { detail: `suite ${name}` });
    return keys;
  }

  /** A suite that failed its known answers serves nobody. */
  refuseSuite(name: AlgorithmSuite): void {
    this.#suites.delete(name);
  }

  /** The suite in which components land; AES where the token has it. */
  get landingSuite(): TokenSuiteKeys {
    return this.#suites.get('intl-128') ?? this.suite('sm-128');
  }

  info(): { model: string; label: string; serial: string; firmware: string } {
    const info = this.#module.C_GetTokenInfo(this.#slot);
    const { major, minor } = info.firmwareVersion;
    return {
      model: info.model.trimEnd(),
      label: info.label.trimEnd(),
      serial: info.serialNumber.trimEnd(),
      firmware: `${major}.${minor}`,
    };
  }

  close(): void {
    closeModule(this.#module);
  }

  /** After an error in mid-operation the session may hold an active operation: a new one starts clean. */
  renewSession(): void {
    this.#module.C_CloseSession(this.#session);
    this.#session = this.#module.C_OpenSession(this.#slot, CKF_SERIAL_SESSION | CKF_RW_SESSION);
  }

  /** Names of all roots, in the token and in the soft engine. */
  rootNames(): string[] {
    const labels = this.#find(templates.find('secret')).map((handle) => this.#attribute(handle, CKA_LABEL).toString());
    const own = labels.filter((label) => !INTERNAL_PREFIXES.some((prefix) => label.startsWith(prefix)));
    return [...own, ...(this.soft?.rootNames() ?? [])];
  }

  hasRoot(name: string): boolean {
    return this.findSecret(name) !== null || (this.soft?.root(name) ?? null) !== null;
  }

  /** The token's own object, not a copy. */
  findSecret(name: string): Handle | null {
    return this.#find(templates.find('secret', name))[0] ?? null;
  }

  /** Hot copy of a token key that is no root of a suite; looked up once, never destroyed by the caller. */
  secret(name: string): Handle {
    const known = this.#secrets.get(name);
    if (known !== undefined) return known;
    const found = this.findSecret(name);
    if (found === null) throw keyServiceErrors.make('KEY_MISSING', { detail: name });
    const copy = this.#module.C_CopyObject(this.#sentinel, found, templates.hotCopy);
    this.#secrets.set(name, copy);
    return copy;
  }

  /** Hot copy of a root. Looked up by label once in a worker's life. */
  root(name: string): SuiteKey {
    const known = this.#roots.get(name);
    if (known !== undefined) return known;
    const found = this.findSecret(name);
    const key = found === null ? (this.soft?.root(name) ?? null) : this.#hotCopy(name, found);
    if (key === null) throw keyServiceErrors.make('KEY_MISSING', { detail: name });
    this.#roots.set(name, key);
    return key;
  }

  #hotCopy(name: string, found: Handle): SuiteKey {
    const keyType = this.#attribute(found, CKA_KEY_TYPE).readUInt32LE(0);
    const keys = this.suites.find(({ shape }) => shape.keyType === keyType);
    if (keys === undefined)
      throw keyServiceErrors.make('HSM_MECHANISM_REFUSED', { detail: `${name}: key type ${keyType}` });
    const copy = this.#module.C_CopyObject(this.#sentinel, found, templates.hotCopy);
    return keys.key(copy, name.startsWith('CVK#') ? 'code' : 'root');
  }

  /** The token's object, and with it this process's copy and what was derived from it. */
  destroyRoot(name: string): boolean {
    const found = this.#find(templates.find('secret', name));
    for (const handle of found) this.destroy(handle);
    this.forgetRoot(name);
    const soft = this.soft?.destroyRoot(name) ?? false;
    return found.length > 0 || soft;
  }

  /** Hot copies only: the next use looks the root up in the token again. */
  forgetRoot(name: string): void {
    this.#roots.get(name)?.destroy();
    this.#roots.delete(name);
    for (const [link, key] of this.#links) {
      if (!link.startsWith(`${name}/`)) continue;
      this.#links.delete(link);
      key.destroy();
    }
  }

  derive(base: Handle, block: Uint8Array, template: Template): Handle {
    return this.landingSuite.derive(base, block, template);
  }

  /** Walks the path, lends the last key to `fn` and destroys all that was made on the way, whatever happens. */
  withKey<T>(path: KeyPath, last: KeyPurpose, fn: (key: SuiteKey) => T): T {
    const made: SuiteKey[] = [];
    try {
      let key = this.#startOf(path);
      const blocks = path.blocks.slice(path.cachedBlocks);
      if (blocks.length === 0) throw new RangeError('a path lends a derived key, never the root itself');
      blocks.forEach((block, index) => {
        key = key.derive(block, index === blocks.length - 1 ? last : 'link');
        made.push(key);
      });
      return fn(key);
    } finally {
      for (const key of made) key.destroy();
    }
  }

  #startOf(path: KeyPath): SuiteKey {
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
        oldest[1].destroy();
      }
    }
    const link = root.derive(first, 'link', true);
    this.#links.set(name, link);
    return link;
  }

  ecb(key: Handle, blocks: Uint8Array): Buffer {
    return this.landingSuite.ecb(key, blocks);
  }

  /** One block of CBC with zero IV is ECB of the key. */
  wrap(wrapping: Handle, key: Handle): Buffer {
    const mechanism = { mechanism: CKM_AES_CBC, parameter: ZERO_BLOCK };
    return this.#module.C_WrapKey(this.#session, mechanism, wrapping, key, Buffer.alloc(16));
  }

  /** CKA_VALUE of an object that is not sensitive: check values, data, published vectors. */
  value(handle: Handle): Buffer {
    return this.#attribute(handle, CKA_VALUE);
  }

  label(handle: Handle): string {
    return this.#attribute(handle, CKA_LABEL).toString();
  }

  find(template: Template): Handle[] {
    return this.#find(template);
  }

  random(length: number): Buffer {
    return this.#module.C_GenerateRandom(this.#session, Buffer.alloc(length));
  }

  create(template: Template): Handle {
    return this.#module.C_CreateObject(this.#session, template);
  }

  generate(template: Template): Handle {
    return this.#module.C_GenerateKey(this.#session, { mechanism: this.landingSuite.generate }, template);
  }

  decryptEcb(key: Handle, block: Uint8Array): Buffer {
    return this.landingSuite.decryptEcb(key, block);
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

  /** A key under an RSA public key; only whoever has the private one gets it back. */
  wrapOaep(publicKey: Handle, key: Handle): Buffer {
    return this.#module.C_WrapKey(this.#session, OAEP, publicKey, key, Buffer.alloc(MAX_RSA_BYTES));
  }

  unwrapOaep(privateKey: Handle, wrapped: Uint8Array, template: Template): Handle {
    return this.#module.C_UnwrapKey(this.#session, OAEP, privateKey, view(wrapped), template);
  }

  generateRsaPair(name: string, persistent: boolean): { publicKey: Handle; privateKey: Handle } {
    return this.#module.C_GenerateKeyPair(
      this.#session,
      { mechanism: CKM_RSA_PKCS_KEY_PAIR_GEN },
      templates.rsaPublic(name, persistent),
      templates.rsaPrivate(name, persistent),
    );
  }

  /** Modulus and exponent. */
  rsaPublic(publicKey: Handle): { n: Buffer; e: Buffer } {
    return { n: this.#attribute(publicKey, CKA_MODULUS), e: this.#attribute(publicKey, CKA_PUBLIC_EXPONENT) };
  }

  findPair(name: string): { publicKey: Handle; privateKey: Handle } | null {
    const [publicKey] = this.#find(templates.find('public', name));
    const [privateKey] = this.#find(templates.find('private', name));
    return publicKey === undefined || privateKey === undefined ? null : { publicKey, privateKey };
  }

  generatePair(
    name: string,
    persistent: boolean,
    suite: AlgorithmSuite = 'intl-128',
  ): { publicKey: Handle; privateKey: Handle } {
    const pair = this.#pairOf(suite);
    return this.#module.C_GenerateKeyPair(
      this.#session,
      { mechanism: pair.generate },
      templates.publicKey(name, persistent, pair.curve),
      templates.privateKey(name, persistent),
    );
  }

  #pairOf(suite: AlgorithmSuite) {
    const { pair } = this.suite(suite);
    if (pair === null)
      throw keyServiceErrors.make('HSM_MECHANISM_REFUSED', { detail: `suite ${suite} has no signatures` });
    return pair;
  }

  /** x ‖ y from CKA_EC_POINT: OCTET STRING (04 41) of the uncompressed point (04 ‖ x ‖ y). */
  publicPoint(publicKey: Handle): Buffer {
    const point = this.#attribute(publicKey, CKA_EC_POINT);
    if (point.length !== 67 || point[0] !== 4 || point[1] !== 65 || point[2] !== 4) {
      throw keyServiceErrors.make('HSM_FAILED', {
        detail: 'CKA_EC_POINT is not an uncompressed point of 32-byte coordinates',
      });
    }
    return point.subarray(3);
  }

  sign(privateKey: Handle, digest: Uint8Array, suite: AlgorithmSuite = 'intl-128'): Buffer {
    this.#module.C_SignInit(this.#session, { mechanism: this.#pairOf(suite).sign }, privateKey);
    return this.#module.C_Sign(this.#session, view(digest), Buffer.alloc(64));
  }

  verify(publicKey: Handle, digest: Uint8Array, signature: Uint8Array, suite: AlgorithmSuite = 'intl-128'): boolean {
    this.#module.C_VerifyInit(this.#session, { mechanism: this.#pairOf(suite).sign }, publicKey);
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
