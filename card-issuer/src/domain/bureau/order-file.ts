/**
 * The order file for a card bureau, version 1 (ADR 030): UTF-8 JSON, gzip, EnvelopedData for the bureau, SignedData by the
 * issuer. One line is one card: its number, the chip it is bound to, what is written onto it, and its keys as TR-31 blocks
 * under the bureau's transport key. A reader refuses a schema or a version that it does not know.
 */
import { CARD_KEY_SLOTS } from '@rhc/card/profile';
import { z } from 'zod';

export const ORDER_SCHEMA = 'rhc-bureau-order';
export const FILE_VERSION = 1;
export const MAX_ORDER_LINES = 1000;

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9A-F]{${bytes * 2}}$`), `${bytes} bytes, upper-case hex`);
const keySlot = z.enum([...CARD_KEY_SLOTS, 'TMK']);
const text = z.string().max(500);

export const orderLine = z.strictObject({
  line: z.int().min(1),
  /** 发卡序列号: the card's number in every later message. */
  issueSerial: z.string().min(1).max(20),
  /** The chip that the line is bound to; no other chip opens with its keys. */
  cardFactor: hex(8),
  /** Box of blanks in which the chip lies. */
  blankBox: z.string().max(40),
  /** The first is the transport key that opens the blank (slot `TMK`), the others are loaded in this order. */
  keys: z.array(z.strictObject({ slot: keySlot, version: z.int().min(1).max(255), block: text, kcv: hex(3) })).min(2),
  /** The card's content by the profile's element names; values as in docs/card. */
  data: z.strictObject({
    elements: z.record(z.string(), z.union([z.string(), z.boolean(), z.null()])),
    allergies: z.array(z.strictObject({ substance: text, reaction: text })),
    immunizations: z.array(z.strictObject({ name: text, date: text })),
    /** JPEG, base64. */
    photo: z.string().nullable(),
  }),
  /** R1 and R2 of the internal authentication whose answer stands in the return file. */
  proof: z.strictObject({ r1: hex(8), r2: hex(8) }),
});

export const orderFile = z.strictObject({
  schema: z.literal(ORDER_SCHEMA),
  version: z.literal(FILE_VERSION),
  order: z.string().min(1).max(64),
  bureau: z.string().min(1).max(64),
  issuer: z.strictObject({ code: z.string(), name: z.string() }),
  madeAt: z.iso.datetime(),
  /** Certificates (SHA-256) of the one who signs and the one who may open: a file that was signed anew by another is known. */
  from: hex(32),
  to: hex(32),
  product: z.string(),
  profileVersion: z.string(),
  suite: z.enum(['intl-128', 'sm-128', 'pboc-3des']),
  provinceCode: z.string().regex(/^\d{2}$/),
  transportKey: z.strictObject({ name: z.string(), form: z.literal('TR-31 D'), checkValue: hex(3) }),
  lines: z.array(orderLine).min(1).max(MAX_ORDER_LINES),
});

export type OrderLine = z.infer<typeof orderLine>;
export type OrderFile = z.infer<typeof orderFile>;
