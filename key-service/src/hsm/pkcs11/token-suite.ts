/** One suite inside the token: the model's mechanisms as calls, and keys that are session or token objects. */
import type { AlgorithmSuite } from '@rhc/card/profile';
import type { TokenSuite } from '@rhc/hsm-config';
import pkcs11js from 'pkcs11js';
import type { Handle, Module } from './module.ts';
import { pkcs11Number, type VendorNumbers } from './numbers.ts';
import { stringDataParameter } from './string-data.ts';
import type { KeyPurpose, SuiteKey } from './suite-key.ts';
import { type KeyShape, type Template, templatesOf } from './templates.ts';

const { CK_PARAMS_AES_CBC, CK_PARAMS_DES_CBC_ENCRYPT_DATA, CKA_VALUE } = pkcs11js;
const KEY_BYTES = 16;

export const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/** What a suite needs of the token it lives in. */
export interface TokenRoom {
  readonly module: Module;
  readonly session: Handle;
  /** Owns what outlives an operation's session. */
  readonly sentinel: Handle;
  /** AES key of this process alone: wraps a key and deciphers it again, for a cipher that cannot wrap. */
  readonly carrier: Handle;
}

export class TokenSuiteKeys {
  readonly suite: AlgorithmSuite;
  readonly blockBytes: 8 | 16;
  readonly shape: KeyShape;
  readonly templates: ReturnType<typeof templatesOf>;
  readonly pair: { readonly generate: number; readonly sign: number; readonly curve: Buffer } | null;
  readonly generate: number;
  readonly #room: TokenRoom;
  readonly #derive: number;
  readonly #stringData: boolean;
  readonly #ecb: number;
  readonly #cbc: number;
  readonly #wrap: number | null;
  readonly #zeroBlock: Buffer;

  constructor(
    suite: AlgorithmSuite,
    map: TokenSuite,
    vendor: VendorNumbers,
    room: TokenRoom,
    limitsMechanisms: boolean,
  ) {
    const number = (name: string) => pkcs11Number(name, vendor);
    this.suite = suite;
    this.blockBytes = map.blockLengthBytes;
    this.#room = room;
    this.#derive = number(map.derive.mechanism);
    this.#stringData = map.derive.parameter === 'string-data';
    this.#ecb = number(map.ecb);
    this.#cbc = number(map.cbc);
    this.#wrap = map.wrap === 'through-carrier' ? null : number(map.wrap);
    const rootMechanisms = limitsMechanisms ? { derive: [this.#derive], encrypt: [this.#ecb, this.#cbc] } : null;
    this.shape = { keyType: number(map.keyType), tellsLength: map.tellsLength, rootMechanisms };
    this.templates = templatesOf(this.shape);
    this.generate = number(map.generate);
    this.pair =
      map.pair === null
        ? null
        : {
            generate: number(map.pair.generate),
            sign: number(map.pair.sign),
            curve: Buffer.from(map.pair.curve, 'hex'),
          };
    this.#zeroBlock = Buffer.alloc(this.blockBytes);
  }

  /** @param purpose what the handle may do: DERIVE only gives its check value by derivation */
  key(handle: Handle, purpose: 'root' | 'code' | KeyPurpose): SuiteKey {
    return new TokenKey(this, handle, purpose);
  }

  derive(base: Handle, block: Uint8Array, template: Template, session: Handle = this.#room.session): Handle {
    const parameter = this.#stringData
      ? stringDataParameter(block)
      : {
          type: this.blockBytes === 16 ? CK_PARAMS_AES_CBC : CK_PARAMS_DES_CBC_ENCRYPT_DATA,
          iv: this.#zeroBlock,
          data: view(block),
        };
    return this.#room.module.C_DeriveKey(session, { mechanism: this.#derive, parameter }, base, template);
  }

  ecb(key: Handle, blocks: Uint8Array): Buffer {
    const { module, session } = this.#room;
    module.C_EncryptInit(session, { mechanism: this.#ecb }, key);
    return module.C_Encrypt(session, view(blocks), Buffer.alloc(blocks.length));
  }

  decryptEcb(key: Handle, blocks: Uint8Array): Buffer {
    const { module, session } = this.#room;
    module.C_DecryptInit(session, { mechanism: this.#ecb }, key);
    return module.C_Decrypt(session, view(blocks), Buffer.alloc(blocks.length));
  }

  cbc(key: Handle, iv: Uint8Array, blocks: Uint8Array): Buffer {
    const { module, session } = this.#room;
    module.C_EncryptInit(session, { mechanism: this.#cbc, parameter: view(iv) }, key);
    return module.C_Encrypt(session, view(blocks), Buffer.alloc(blocks.length));
  }

  wrap(wrapping: Handle, key: Handle): Buffer | null {
    if (this.#wrap === null) return null;
    const { module, session } = this.#room;
    const mechanism = { mechanism: this.#wrap, parameter: this.#zeroBlock };
    return module.C_WrapKey(session, mechanism, wrapping, key, Buffer.alloc(KEY_BYTES));
  }

  checkValueByDerivation(key: Handle): Uint8Array {
    const { module, session } = this.#room;
    const made = this.derive(key, this.#zeroBlock, this.templates.checkValue);
    try {
      const [attribute] = module.C_GetAttributeValue(session, made, [{ type: CKA_VALUE }]);
      return Uint8Array.from((attribute as { value: Buffer }).value);
    } finally {
      module.C_DestroyObject(session, made);
    }
  }

  /** Through an AES key that exists in this process only; CKM_AES_CBC over one block is ECB. */
  reveal(key: Handle): Uint8Array {
    const { module, session, carrier } = this.#room;
    const mechanism = { mechanism: pkcs11js.CKM_AES_CBC, parameter: Buffer.alloc(KEY_BYTES) };
    const wrapped = module.C_WrapKey(session, mechanism, carrier, key, Buffer.alloc(KEY_BYTES));
    module.C_DecryptInit(session, { mechanism: pkcs11js.CKM_AES_ECB }, carrier);
    return module.C_Decrypt(session, wrapped, Buffer.alloc(KEY_BYTES));
  }

  destroy(handle: Handle): void {
    this.#room.module.C_DestroyObject(this.#room.session, handle);
  }

  deriveKey(base: Handle, block: Uint8Array, purpose: KeyPurpose, lasting: boolean): SuiteKey {
    const session = lasting ? this.#room.sentinel : this.#room.session;
    return this.key(this.derive(base, block, this.templates[purpose], session), purpose);
  }
}

class TokenKey implements SuiteKey {
  readonly #keys: TokenSuiteKeys;
  readonly handle: Handle;
  readonly #purpose: 'root' | 'code' | KeyPurpose;

  constructor(keys: TokenSuiteKeys, handle: Handle, purpose: 'root' | 'code' | KeyPurpose) {
    this.#keys = keys;
    this.handle = handle;
    this.#purpose = purpose;
  }

  get suite(): AlgorithmSuite {
    return this.#keys.suite;
  }

  get blockBytes(): 8 | 16 {
    return this.#keys.blockBytes;
  }

  derive(block: Uint8Array, purpose: KeyPurpose, lasting = false): SuiteKey {
    return this.#keys.deriveKey(this.handle, block, purpose, lasting);
  }

  ecb(blocks: Uint8Array): Uint8Array {
    return this.#keys.ecb(this.handle, blocks);
  }

  cbc(iv: Uint8Array, blocks: Uint8Array): Uint8Array {
    return this.#keys.cbc(this.handle, iv, blocks);
  }

  wrap(key: SuiteKey): Uint8Array {
    if (key instanceof TokenKey) {
      const inside = this.#keys.wrap(this.handle, key.handle);
      if (inside !== null) return inside;
    }
    const value = key.reveal();
    try {
      return this.ecb(value);
    } finally {
      value.fill(0);
    }
  }

  checkValue(): Uint8Array {
    const byDerivation = this.#purpose === 'root' || this.#purpose === 'candidate' || this.#purpose === 'link';
    if (byDerivation) return this.#keys.checkValueByDerivation(this.handle);
    return Uint8Array.from(this.ecb(new Uint8Array(this.blockBytes)).subarray(0, 3));
  }

  reveal(): Uint8Array {
    return this.#keys.reveal(this.handle);
  }

  destroy(): void {
    this.#keys.destroy(this.handle);
  }
}
