/**
 * The shapes of hsm-config's data: HSM models, the key hierarchy and ceremony scripts (KEYS.md). The JSON Schema files
 * in `schemas/` are made from these declarations and a test compares them, so editors and loader never disagree.
 */
import { z } from 'zod';

const text = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
const identifier = z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case words joined by hyphens');
const mechanism = z.string().regex(/^CKM_[A-Z0-9_]+$/, 'name of a PKCS#11 mechanism');
const schemaReference = { $schema: z.string().optional() };
export const suiteName = z.enum(['intl-128', 'sm-128', 'pboc-3des']);

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

export const hierarchySlot = z.strictObject({
  name: z.string().regex(/^[A-Z][A-Z0-9]*([.-][A-Z0-9]+)?$/, 'slot name such as RK1.DDF1 or SAM-MK'),
  levels: z.union([z.literal(1), z.literal(2)]),
  root: z.enum(['national', 'provincial']),
  purpose: z.enum([
    'master-control',
    'internal-authentication',
    'secure-messaging',
    'block',
    'update',
    'read',
    'transport',
    'security-code',
  ]),
  onCard: z.boolean(),
  suite: suiteName,
  versions: z.array(z.int().min(1).max(255)).min(1).max(3),
  text,
});

export const hierarchy = z.strictObject({
  ...schemaReference,
  id: identifier,
  text,
  nation: z.strictObject({ code: z.string().regex(/^\d{3}$/, 'three digits'), text }),
  provinces: z
    .array(
      z.strictObject({
        code: z.string().regex(/^\d{2}$/, 'two digits of GB/T 2260'),
        text,
        factor: z.string().regex(/^[0-9A-F]{16}$/, '8 bytes as upper-case hex'),
        cities: z.array(
          z.strictObject({
            code: z.string().regex(/^\d{4}$/, 'four digits of GB/T 2260'),
            text,
            /** Cities disperse keys only where the province says so; none does now. */
            dispersal: z.enum(['none']),
          }),
        ),
      }),
    )
    .min(1),
  issuer: z.strictObject({
    code: z.string().regex(/^\d{22}$/, '22 digits'),
    text,
    certificate: z.strictObject({
      serial: z.int().min(1).max(0xffffffff),
      validYears: z.int().min(1).max(30),
      keyUsage: z.int().min(0).max(255),
    }),
  }),
  suite: suiteName,
  slots: z.array(hierarchySlot).min(1),
});

const step = <const S extends string>(name: S) => z.strictObject({ step: z.literal(name), text });
export const ceremonyScript = z.strictObject({
  ...schemaReference,
  id: identifier,
  version: z.int().min(1),
  text,
  production: z.enum(['refused', 'allowed']),
  model: identifier,
  hierarchy: identifier,
  suite: suiteName,
  kcvMethod: z.enum(['ENC0', 'CMAC0']),
  versions: z
    .array(z.strictObject({ version: z.int().min(1).max(255), state: z.enum(['active', 'pre-active']) }))
    .min(1),
  components: z.strictObject({
    source: z.literal('pilot-text'),
    count: z.int().min(2).max(5),
    template: z.string(),
    hash: z.literal('SHA-256'),
    lengthBytes: z.literal(16),
  }),
  steps: z
    .array(
      z.discriminatedUnion('step', [
        step('init-token'),
        z.strictObject({ step: z.literal('import-components'), combine: z.literal('XOR'), text }),
        step('confirm-kcv'),
        step('activate'),
      ]),
    )
    .min(1),
});

export type TokenSuite = z.infer<typeof tokenSuite>;
export type SuiteMechanisms = z.infer<typeof suiteMechanisms>;
export type HsmModel = z.infer<typeof hsmModel>;
export type HierarchySlot = z.infer<typeof hierarchySlot>;
export type Hierarchy = z.infer<typeof hierarchy>;
export type CeremonyScript = z.infer<typeof ceremonyScript>;

/** File of `schemas/` → the declaration it is made from. */
export const schemaFiles = {
  'hsm-model.schema.json': hsmModel,
  'hierarchy.schema.json': hierarchy,
  'ceremony.schema.json': ceremonyScript,
} as const;
