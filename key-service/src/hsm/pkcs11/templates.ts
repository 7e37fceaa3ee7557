/**
 * Attribute templates (KEYS.md, "Attributes"). Everything is written out, because a token's defaults are the vendor's.
 * Keys on the way of a chain may only DERIVE; only the last one, a session object, may ENCRYPT or WRAP.
 */
import pkcs11js from 'pkcs11js';

const {
  CKA_APPLICATION,
  CKA_CLASS,
  CKA_DECRYPT,
  CKA_DERIVE,
  CKA_EC_PARAMS,
  CKA_ENCRYPT,
  CKA_EXTRACTABLE,
  CKA_ID,
  CKA_KEY_TYPE,
  CKA_LABEL,
  CKA_MODULUS,
  CKA_MODULUS_BITS,
  CKA_PRIVATE,
  CKA_PUBLIC_EXPONENT,
  CKA_SENSITIVE,
  CKA_SIGN,
  CKA_TOKEN,
  CKA_UNWRAP,
  CKA_VALUE,
  CKA_VALUE_LEN,
  CKA_VERIFY,
  CKA_WRAP,
  CKK_AES,
  CKK_DES2,
  CKK_DES3,
  CKK_EC,
  CKK_GENERIC_SECRET,
  CKK_RSA,
  CKO_DATA,
  CKO_PRIVATE_KEY,
  CKO_PUBLIC_KEY,
  CKO_SECRET_KEY,
} = pkcs11js;

export type Template = pkcs11js.Template;
/** OID 1.2.840.10045.3.1.7. */
const P256 = Buffer.from('06082A8648CE3D030107', 'hex');
type Use = 'encrypt' | 'decrypt' | 'wrap' | 'derive' | 'sign';

/** Key type of a suite, and whether its length must be told. */
export interface KeyShape {
  readonly keyType: number;
  readonly tellsLength: boolean;
  /** The only mechanisms that its roots serve, by use; null: the model has no CKA_ALLOWED_MECHANISMS. */
  readonly rootMechanisms: Readonly<Record<'derive' | 'encrypt', readonly number[]>> | null;
}
const AES: KeyShape = { keyType: CKK_AES, tellsLength: true, rootMechanisms: null };
const CKA_ALLOWED_MECHANISMS = 0x40000600;
const CK_ULONG_BYTES = 8;

function secret(shape: KeyShape, token: boolean, extractable: boolean, uses: readonly Use[]): Template {
  return [
    { type: CKA_CLASS, value: CKO_SECRET_KEY },
    { type: CKA_KEY_TYPE, value: shape.keyType },
    ...(shape.tellsLength ? [{ type: CKA_VALUE_LEN, value: 16 }] : []),
    { type: CKA_TOKEN, value: token },
    { type: CKA_PRIVATE, value: true },
    { type: CKA_SENSITIVE, value: true },
    { type: CKA_EXTRACTABLE, value: extractable },
    { type: CKA_ENCRYPT, value: uses.includes('encrypt') },
    { type: CKA_DECRYPT, value: uses.includes('decrypt') },
    { type: CKA_WRAP, value: uses.includes('wrap') },
    { type: CKA_UNWRAP, value: false },
    { type: CKA_DERIVE, value: uses.includes('derive') },
    { type: CKA_SIGN, value: uses.includes('sign') },
    { type: CKA_VERIFY, value: false },
  ];
}

const aes = (token: boolean, extractable: boolean, uses: readonly Use[]) => secret(AES, token, extractable, uses);

/** AES or TDES of any length; DES types carry their length in the type. */
function ofKind(kind: 'TDES' | 'AES', bytes: number, template: Template): Template {
  return template.flatMap((attribute) => {
    if (attribute.type === CKA_VALUE_LEN) return kind === 'AES' ? [{ type: CKA_VALUE_LEN, value: bytes }] : [];
    if (attribute.type !== CKA_KEY_TYPE || kind === 'AES') return [attribute];
    return [{ type: CKA_KEY_TYPE, value: bytes === 16 ? CKK_DES2 : CKK_DES3 }];
  });
}

const named = (name: string): Template => [
  { type: CKA_LABEL, value: Buffer.from(name) },
  { type: CKA_ID, value: Buffer.from(name) },
];

/** For C_UnwrapKey, which learns the length from what it unwraps. */
export const unwrapped = (template: Template): Template => template.filter(({ type }) => type !== CKA_VALUE_LEN);

/**
 * Written once and by nobody afterwards: a use that is given to the key later finds no mechanism. That is what keeps a master
 * to its DERIVE, because MODIFIABLE must stay true (SoftHSM2 makes no hot copy otherwise, and a token object costs twice a copy).
 */
function limitedTo(mechanisms: readonly number[] | undefined): Template {
  if (mechanisms === undefined) return [];
  const value = Buffer.alloc(mechanisms.length * CK_ULONG_BYTES);
  for (const [i, mechanism] of mechanisms.entries()) value.writeBigUInt64LE(BigInt(mechanism), i * CK_ULONG_BYTES);
  return [{ type: CKA_ALLOWED_MECHANISMS, value }];
}

/** Templates of a suite's keys, from the root down to the key of one command. */
export function templatesOf(shape: KeyShape) {
  const key = (extractable: boolean, uses: readonly Use[]) => secret(shape, false, extractable, uses);
  return {
    /** A root in the token: DERIVE only, or (CVK) ENCRYPT only. */
    root: (name: string, use: 'derive' | 'encrypt'): Template => [
      ...secret(shape, true, false, [use]),
      ...named(name),
      ...limitedTo(shape.rootMechanisms?.[use]),
    ],
    /** What a component import compares before it writes: the same key as a session object. */
    candidate: key(false, ['derive']),
    /** Between root and session key. */
    link: key(false, ['derive']),
    /** Session key of an authentication or an update. */
    session: key(false, ['encrypt']),
    /** SKe: enciphers the descriptions and wraps the card keys. It can never decrypt or unwrap. */
    wrapping: key(false, ['encrypt', 'wrap']),
    /** A card key on its way onto the card: extractable, because wrapping is all it is for; ENCRYPT gives its KCV. */
    cardKey: key(true, ['encrypt']),
    /** Three bytes of enciphered zeros, made by derivation, so that a root needs no right to ENCRYPT for its KCV. */
    checkValue: [
      { type: CKA_CLASS, value: CKO_SECRET_KEY },
      { type: CKA_KEY_TYPE, value: CKK_GENERIC_SECRET },
      { type: CKA_VALUE_LEN, value: 3 },
      { type: CKA_TOKEN, value: false },
      { type: CKA_PRIVATE, value: true },
      { type: CKA_SENSITIVE, value: false },
      { type: CKA_EXTRACTABLE, value: true },
    ] as Template,
    /** Keys of published vectors: known-answer tests only. */
    publicVector: (value: Uint8Array): Template => [
      ...key(true, ['encrypt', 'wrap', 'derive']).filter((attribute) => attribute.type !== CKA_VALUE_LEN),
      { type: CKA_VALUE, value: Buffer.from(value) },
    ],
  };
}

export const templates = {
  /** Generated, lives for one import: turns the combined components into a derivation, see `import-root.ts`. */
  landing: aes(false, false, ['decrypt', 'derive']),
  /** Protects key blocks: makes CMACs and nothing else. */
  protectionKey: (name: string, kind: 'TDES' | 'AES', bytes: number): Template => [
    ...ofKind(kind, bytes, aes(true, false, ['sign'])),
    ...named(name),
  ],
  /** Encipherment or MAC key of one key block. */
  boundKey: (kind: 'TDES' | 'AES', value: Uint8Array, purpose: 'encipher' | 'mac'): Template => [
    ...ofKind(kind, value.length, aes(false, false, purpose === 'mac' ? ['sign'] : ['encrypt', 'decrypt'])).filter(
      (attribute) => attribute.type !== CKA_VALUE_LEN,
    ),
    { type: CKA_VALUE, value: Buffer.from(value) },
  ],
  /** Lives for one export: wraps and deciphers, which no key that stays may do both (Tookan). */
  carrier: aes(false, false, ['wrap', 'decrypt']),
  /** A key of the token that may only ENCRYPT. */
  enciphering: (name: string): Template => [...aes(true, false, ['encrypt']), ...named(name)],
  /** Seals the soft engine's keys at rest. */
  sealing: (name: string): Template => [...aes(true, false, ['encrypt', 'decrypt']), ...named(name)],
  /** Sealed bytes in the token. */
  data: (application: string, name: string, value: Uint8Array): Template => [
    { type: CKA_CLASS, value: CKO_DATA },
    { type: CKA_TOKEN, value: true },
    { type: CKA_PRIVATE, value: true },
    { type: CKA_APPLICATION, value: Buffer.from(application) },
    { type: CKA_LABEL, value: Buffer.from(name) },
    { type: CKA_VALUE, value: Buffer.from(value) },
  ],
  findData: (application: string, name?: string): Template => [
    { type: CKA_CLASS, value: CKO_DATA },
    { type: CKA_TOKEN, value: true },
    { type: CKA_APPLICATION, value: Buffer.from(application) },
    ...(name === undefined ? [] : [{ type: CKA_LABEL, value: Buffer.from(name) }]),
  ],
  hotCopy: [{ type: CKA_TOKEN, value: false }] as Template,
  /** Another token's RSA key, for one wrap. */
  recoveryKey: (modulus: Uint8Array, exponent: Uint8Array): Template => [
    { type: CKA_CLASS, value: CKO_PUBLIC_KEY },
    { type: CKA_KEY_TYPE, value: CKK_RSA },
    { type: CKA_TOKEN, value: false },
    { type: CKA_PRIVATE, value: false },
    { type: CKA_WRAP, value: true },
    { type: CKA_ENCRYPT, value: false },
    { type: CKA_VERIFY, value: false },
    { type: CKA_MODULUS, value: Buffer.from(modulus) },
    { type: CKA_PUBLIC_EXPONENT, value: Buffer.from(exponent) },
  ],
  /** On its way from the recovery token to a new one: extractable, and able to do nothing. */
  inTransit: unwrapped(aes(false, true, [])),
  /** Of a recovery token, and of a new token for one restoration: the private key unwraps and nothing else. */
  rsaPublic: (name: string, token: boolean): Template => [
    { type: CKA_CLASS, value: CKO_PUBLIC_KEY },
    { type: CKA_KEY_TYPE, value: CKK_RSA },
    { type: CKA_TOKEN, value: token },
    { type: CKA_PRIVATE, value: false },
    { type: CKA_WRAP, value: true },
    { type: CKA_ENCRYPT, value: false },
    { type: CKA_VERIFY, value: false },
    { type: CKA_MODULUS_BITS, value: 3072 },
    { type: CKA_PUBLIC_EXPONENT, value: Buffer.from('010001', 'hex') },
    ...named(name),
  ],
  rsaPrivate: (name: string, token: boolean): Template => [
    { type: CKA_CLASS, value: CKO_PRIVATE_KEY },
    { type: CKA_KEY_TYPE, value: CKK_RSA },
    { type: CKA_TOKEN, value: token },
    { type: CKA_PRIVATE, value: true },
    { type: CKA_SENSITIVE, value: true },
    { type: CKA_EXTRACTABLE, value: false },
    { type: CKA_UNWRAP, value: true },
    { type: CKA_DECRYPT, value: false },
    { type: CKA_SIGN, value: false },
    ...named(name),
  ],
  publicKey: (name: string, token: boolean, curve: Buffer = P256): Template => [
    { type: CKA_CLASS, value: CKO_PUBLIC_KEY },
    { type: CKA_KEY_TYPE, value: CKK_EC },
    { type: CKA_TOKEN, value: token },
    { type: CKA_PRIVATE, value: false },
    { type: CKA_VERIFY, value: true },
    { type: CKA_EC_PARAMS, value: curve },
    ...named(name),
  ],
  privateKey: (name: string, token: boolean): Template => [
    { type: CKA_CLASS, value: CKO_PRIVATE_KEY },
    { type: CKA_KEY_TYPE, value: CKK_EC },
    { type: CKA_TOKEN, value: token },
    { type: CKA_PRIVATE, value: true },
    { type: CKA_SENSITIVE, value: true },
    { type: CKA_EXTRACTABLE, value: false },
    { type: CKA_SIGN, value: true },
    { type: CKA_DERIVE, value: false },
    { type: CKA_DECRYPT, value: false },
    { type: CKA_UNWRAP, value: false },
    ...named(name),
  ],
  find: (objectClass: 'secret' | 'private' | 'public', name?: string): Template => [
    {
      type: CKA_CLASS,
      value: { secret: CKO_SECRET_KEY, private: CKO_PRIVATE_KEY, public: CKO_PUBLIC_KEY }[objectClass],
    },
    { type: CKA_TOKEN, value: true },
    ...(name === undefined ? [] : named(name)),
  ],
};
