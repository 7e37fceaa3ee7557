/**
 * A ceremony as a script (KEYS.md, "Ceremony"): what is done, by whom, on what condition. One engine runs them all,
 * in rehearsal and for real. A step's `by` names every role that must act before its work is done.
 */
import { z } from 'zod';
import { identifier, keyVersionNumber, schemaReference, slotName, suiteName, text } from './common-schemas.ts';

export const CEREMONY_ROLES = {
  administrator: { zh: '仪式主持人', en: 'ceremony administrator' },
  custodian: { zh: '密钥分量保管人', en: 'key custodian' },
  witness: { zh: '监交人', en: 'witness' },
  'officer-a': { zh: '安全员甲', en: 'security officer A' },
  'officer-b': { zh: '安全员乙', en: 'security officer B' },
  auditor: { zh: '审计员', en: 'auditor' },
} as const;
const roleNames = Object.keys(CEREMONY_ROLES) as [CeremonyRole, ...CeremonyRole[]];
export type CeremonyRole = keyof typeof CEREMONY_ROLES;

export const ceremonyRole = z.enum(roleNames);
/** Slots of the hierarchy: all, one branch, or by name. */
const keySelection = z.union([z.enum(['all', 'national', 'provincial']), z.array(slotName).min(1)]);
/** `province`: the key arrives dispersed for the script's province; its path has no province block. */
const entry = z.enum(['root', 'province']);
const name = z.string().regex(/^[a-z][a-z0-9-]{0,23}$/, 'name of a protection key');

/** XOR takes all parts; SHAMIR any `threshold` of `count` (GF(256), the polynomial of AES). */
const parts = {
  combine: z.enum(['XOR', 'SHAMIR']),
  count: z.int().min(2).max(16),
  threshold: z.int().min(2).max(16).optional(),
};

const step = <const S extends string, F extends z.ZodRawShape>(kind: S, fields: F) =>
  z.strictObject({ id: identifier, step: z.literal(kind), text, by: z.array(ceremonyRole).min(1), ...fields });

export const ceremonyStep = z.discriminatedUnion('step', [
  /** People take their roles; nobody has two. */
  step('roll-call', { roles: z.array(z.strictObject({ role: ceremonyRole, count: z.int().min(1).max(16) })).min(1) }),
  /** The token is there, new or known, and passed its known answers. */
  step('attach-token', {}),
  /** `pilot-text`: public texts that anybody can hash; `custodians`: each enters only their own part. */
  step('import-components', {
    keys: keySelection,
    entry,
    source: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('pilot-text'),
        count: z.int().min(2).max(5),
        template: z.string(),
        hash: z.literal('SHA-256'),
        lengthBytes: z.literal(16),
      }),
      z.strictObject({ kind: z.literal('custodians'), ...parts }),
    ]),
  }),
  step('generate', { keys: keySelection }),
  /** A key block protection key from the custodians' parts. */
  step('exchange-kbpk', { name, kind: z.enum(['AES', 'TDES']), lengthBytes: z.int(), ...parts }),
  step('import-key-blocks', { keys: keySelection, entry, kbpk: name }),
  /** Keys below national roots, dispersed for a province, as TR-31 blocks for the hand-over. */
  step('export-key-blocks', { keys: keySelection, kbpk: name, blockVersion: z.enum(['B', 'D']) }),
  /** Those of `by` compare every check value of the steps named, as value and as words. */
  step('confirm-kcv', { of: z.array(identifier).min(1) }),
  step('activate', {}),
  /** Everybody named confirms the record. */
  step('sign', {}),
]);

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
  /** Province for which dispersed keys are taken in or handed over. */
  province: z
    .string()
    .regex(/^\d{2}$/)
    .optional(),
  /** `asked`: the one version is named when the ceremony is opened. */
  versions: z.union([
    z.literal('asked'),
    z.array(z.strictObject({ version: keyVersionNumber, state: z.enum(['active', 'pre-active']) })).min(1),
  ]),
  steps: z.array(ceremonyStep).min(1),
});

export type CeremonyStep = z.infer<typeof ceremonyStep>;
export type CeremonyStepKind = CeremonyStep['step'];
export type CeremonyScript = z.infer<typeof ceremonyScript>;
export type KeySelection = z.infer<typeof keySelection>;
