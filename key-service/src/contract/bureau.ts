/**
 * POST /v1/bureau/card-keys: the keys of cards that a card bureau (制卡中心) makes. They leave the HSM only as TR-31 / X9.143
 * blocks of version D under the transport key that the bureau's custodians and ours agreed in a ceremony (ADR 030).
 */
import { CARD_KEY_SLOTS } from '@rhc/card/profile';
import { z } from 'zod';
import { cardPeople } from './card-people.ts';

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9A-F]{${bytes * 2}}$`), `${bytes} bytes as upper-case hex`);

/** Cards of one call: a call stays short, so that an order of thousands does not hold up the counters. */
export const MAX_CARDS_A_CALL = 20;

export const bureauCardKeysRequest = z.strictObject({
  /** Protection key in the token, `KBPK.` and this. Only keys agreed with a bureau serve here. */
  transportKey: z.string().regex(/^bureau-[a-z0-9-]{1,17}$/, 'bureau- and up to 17 of a–z, 0–9, -'),
  /** Issuer code, for the usage policy and the audit log. */
  issuer: z.string().regex(/^\d{1,22}$/),
  provinceCode: z.string().regex(/^\d{2}$/, 'two digits of GB/T 2260'),
  cityCode: z
    .string()
    .regex(/^\d{4}$/, 'four digits of GB/T 2260')
    .optional(),
  /** The caller's name of the order, for the audit log. */
  order: z.string().regex(/^[\w-]{1,64}$/),
  cards: z
    .array(z.strictObject({ cardFactor: hex(8), securityCodeBlock: hex(16), people: cardPeople.optional() }))
    .min(1)
    .max(MAX_CARDS_A_CALL),
});

export const bureauKey = z.object({
  /** `TMK`: the transport key that the blank still holds. */
  slot: z.enum([...CARD_KEY_SLOTS, 'TMK']),
  version: z.int().min(1).max(255),
  /** Its header binds slot, version and card in the optional block `LB`. */
  block: z.string().regex(/^D[\x20-\x7e]{63,511}$/),
  kcv: hex(3),
});
export const bureauCardKeysResponse = z.object({
  suite: z.enum(['intl-128', 'sm-128', 'pboc-3des']),
  /** CMAC0 of the transport key, 3 bytes. */
  transportKeyCheckValue: hex(3),
  cards: z.array(
    z.object({ cardFactor: hex(8), securityCode: z.string().regex(/^\d{3}$/), keys: z.array(bureauKey).min(2) }),
  ),
});
export type BureauCardKeysRequest = z.infer<typeof bureauCardKeysRequest>;
export type BureauCardKeysResponse = z.infer<typeof bureauCardKeysResponse>;
