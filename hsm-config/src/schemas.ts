/**
 * The shapes of hsm-config's data: HSM models, the key hierarchy and ceremony scripts (KEYS.md). The JSON Schema files
 * in `schemas/` are made from these declarations and a test compares them, so editors and loader never disagree.
 */
import { z } from 'zod';
import { ceremonyScript } from './ceremony-schema.ts';
import { identifier, schemaReference, suiteName, text } from './common-schemas.ts';
import { hierarchy } from './hierarchy-schema.ts';
import { wordList } from './word-list-schema.ts';

export * from './ceremony-schema.ts';
export { keyVersionNumber, slotName, suiteName } from './common-schemas.ts';
export * from './hierarchy-schema.ts';
export * from './word-list-schema.ts';

const mechanism = z.string().regex(/^CKM_[A-Z0-9_]+$/, 'name of a PKCS#11 mechanism');

/** `cbc-zero-iv`: {IV, pointer, length}; `string-data`: {pointer, length}, encipherment as ECB. */
const deriveParameter = z.enum(['cbc-zero-iv', 'string-data']);

/** The token does everything: what is missing here the model does not do. */
export const tokenSuite = z.strictObject({
  engine: z.literal('token'),
  /** CKK_*; a name that PKCS#11 does not have stands in `vendorNumbers`. */
  keyType: z.string().regex(/^CKK_[A-Z0-9_]+$/, 'name of a PKCS#11 key type'),
  keyLengthBytes: z.literal(16),
  /** False where the type says the length (DES2) and the token refuses CKA_VALUE_LEN. */
  tellsLength: z.boolean(),
  blockLengthBytes: z.union([z.literal(8), z.literal(16)]),
  derive: z.strictObject({ mechanism, parameter: deriveParameter }),
  ecb: mechanism,
  cbc: mechanism,
  /**
   * C_WrapKey with zero IV; over keys of one block it is ECB. `through-carrier`: the token wraps with no mechanism of
   * this cipher, so the card key passes through the worker's memory for one encipherment.
   */
  wrap: z.union([mechanism, z.literal('through-carrier')]),
  generate: mechanism,
  /** Null: the suite has no signatures. */
  pair: z
    .strictObject({ generate: mechanism, sign: mechanism, curve: z.string().regex(/^06([0-9A-F]{2})+$/) })
    .nullable(),
});

/** LABELLED SOFTWARE: keys in the worker's memory, at rest under an AES key of the token. Production refuses it. */
export const softSuite = z.strictObject({ engine: z.literal('soft'), text });

/** How a model serves one algorithm suite. */
export const suiteMechanisms = z.discriminatedUnion('engine', [tokenSuite, softSuite]);

export const hsmModel = z.strictObject({
  ...schemaReference,
  id: identifier,
  text,
  /** True: keys are only as safe as the machine; production must name it to use it. */
  softToken: z.boolean(),
  /** CK_TOKEN_INFO.model, trailing blanks removed. */
  tokenModel: z.string().min(1),
  testedVersions: z.array(z.string().min(1)).min(1),
  /** The first that exists is loaded. */
  modulePaths: z.array(z.string().startsWith('/', 'absolute path')).min(1),
  suites: z.partialRecord(suiteName, suiteMechanisms),
  /** Numbers of names that PKCS#11 does not define, from the vendor's header file: `0x80000101`. */
  vendorNumbers: z
    .record(
      z.string().regex(/^CK[MK]_[A-Z0-9_]+$/),
      z.string().regex(/^0x[89A-F][0-9A-F]{7}$/, 'CKM_VENDOR_DEFINED and above'),
    )
    .optional(),
  quirks: z.array(z.strictObject({ id: identifier, text })),
});

export type TokenSuite = z.infer<typeof tokenSuite>;
export type SuiteMechanisms = z.infer<typeof suiteMechanisms>;
export type HsmModel = z.infer<typeof hsmModel>;

/** What a model does otherwise than PKCS#11 lets expect, by the id that its declaration gives it. */
export const hasQuirk = ({ quirks }: HsmModel, wanted: string): boolean => quirks.some(({ id }) => id === wanted);

/** File of `schemas/` → the declaration it is made from. */
export const schemaFiles = {
  'hsm-model.schema.json': hsmModel,
  'hierarchy.schema.json': hierarchy,
  'ceremony.schema.json': ceremonyScript,
  'word-list.schema.json': wordList,
} as const;
