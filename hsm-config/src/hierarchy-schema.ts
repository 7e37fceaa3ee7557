/**
 * The key hierarchy as data (KEYS.md, "Hierarchy"): levels and their factors, provinces and cities, issuers, slots of
 * both branches, usage policies. Another slot, level, city or issuer is one more entry here and nothing else.
 */
import { z } from 'zod';
import { identifier, keyVersionNumber, schemaReference, slotName, suiteName, text } from './common-schemas.ts';

/** A dispersal factor: ASCII of an area's code, filled with "0" to 8 bytes; or 8 bytes that the chip tells. */
const level = z.strictObject({
  id: z.enum(['national', 'province', 'city', 'card', 'session']),
  text,
  factor: z.enum(['none', 'area-code', 'card-factor', 'challenge']),
});

const hexFactor = z.string().regex(/^[0-9A-F]{16}$/, '8 bytes as upper-case hex');

const city = z.strictObject({
  code: z.string().regex(/^\d{4}$/, 'four digits of GB/T 2260'),
  text,
  /** `factor`: this city's cards hang below a key of the city; the slots say by `cityLevel` which of them do. */
  dispersal: z.enum(['none', 'factor']),
  factor: hexFactor.optional(),
});

export const hierarchyIssuer = z.strictObject({
  code: z.string().regex(/^\d{22}$/, '22 digits'),
  text,
  /** Where it issues: a province or one of its cities. */
  area: z.string().regex(/^\d{2}(\d{2})?$/, 'two or four digits of GB/T 2260'),
  /** `every-card`: no card keys without two people, who ordered and who reviewed. By default the issuer decides who is reviewed. */
  review: z.enum(['as-issuer-decides', 'every-card']).optional(),
  certificate: z.strictObject({
    serial: z.int().min(1).max(0xffffffff),
    validYears: z.int().min(1).max(30),
    keyUsage: z.int().min(0).max(255),
  }),
});

/** What a key version may be used for; a missing member allows everything. */
export const hierarchyPolicy = z.strictObject({
  id: identifier,
  text,
  operations: z
    .array(z.enum(['load-onto-card', 'terminal']))
    .min(1)
    .optional(),
  issuers: z
    .array(z.string().regex(/^\d{1,22}$/, 'issuer code'))
    .min(1)
    .optional(),
  provinces: z
    .array(z.string().regex(/^\d{2}$/))
    .min(1)
    .optional(),
  dailyCeiling: z.int().min(1).optional(),
});

export const hierarchySlot = z.strictObject({
  name: slotName,
  /** 1: a provincial root, dispersed by the card; 2: a national root, dispersed by province, then card. */
  levels: z.union([z.literal(1), z.literal(2)]),
  root: z.enum(['national', 'provincial']),
  /** True: where a city disperses, this slot has the city's level above the card. */
  cityLevel: z.boolean().optional(),
  purpose: z.enum([
    'master-control',
    'internal-authentication',
    'secure-messaging',
    'block',
    'update',
    'read',
    'transport',
    'security-code',
    'local-application',
  ]),
  onCard: z.boolean(),
  suite: suiteName,
  versions: z.array(keyVersionNumber).min(1).max(3),
  /** Months after which a version should have a successor. */
  cryptoperiodMonths: z.int().min(1).max(360).optional(),
  policy: identifier.optional(),
  text,
});

export const hierarchy = z.strictObject({
  ...schemaReference,
  id: identifier,
  text,
  levels: z.array(level).min(2),
  nation: z.strictObject({ code: z.string().regex(/^\d{3}$/, 'three digits'), text }),
  provinces: z
    .array(
      z.strictObject({
        code: z.string().regex(/^\d{2}$/, 'two digits of GB/T 2260'),
        text,
        factor: hexFactor,
        cities: z.array(city),
      }),
    )
    .min(1),
  /** The first is the one a request without an issuer means. */
  issuers: z.array(hierarchyIssuer).min(1),
  suite: suiteName,
  policies: z.array(hierarchyPolicy),
  slots: z.array(hierarchySlot).min(1),
});

export type HierarchySlot = z.infer<typeof hierarchySlot>;
export type HierarchyIssuer = z.infer<typeof hierarchyIssuer>;
export type HierarchyPolicy = z.infer<typeof hierarchyPolicy>;
export type Hierarchy = z.infer<typeof hierarchy>;
