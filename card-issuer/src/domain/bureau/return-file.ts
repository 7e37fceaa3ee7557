/**
 * The return file of a card bureau, version 1 (ADR 030): UTF-8 JSON, gzip, SignedData by the bureau. An order may have
 * several, numbered; the last says so. Lines are read one by one, so that a faulty one is reported and holds up nobody.
 */
import { z } from 'zod';
import { FILE_VERSION, MAX_ORDER_LINES } from './order-file.ts';

export const RETURN_SCHEMA = 'rhc-bureau-return';

const hex = (bytes: number) =>
  z.string().regex(new RegExp(`^[0-9A-F]{${bytes * 2}}$`), `${bytes} bytes, upper-case hex`);
const box = z.string().regex(/^[\w-]{1,40}$/, 'up to 40 letters, digits, - or _');
const named = { issueSerial: z.string().min(1).max(20), cardFactor: hex(8) };
const reason = z.string().min(1).max(200);

/** What the bureau saw of the chip after END PERSONALIZATION. */
export const madeEvidence = z.strictObject({
  /** Hash over every file as it was read back (ADR 001 "END PERSONALIZATION"). */
  filesDigest: hex(32),
  /** The digest that the chip compared before it sealed itself: files and every key's check value. */
  endDigest: hex(32),
  /** Answer to the order's R1 ‖ R2 under the version named. */
  internalAuthentication: z.strictObject({ version: z.int().min(1).max(255), answer: hex(8) }),
  /** Status word with which the chip refused a wrong key. */
  wrongKeyStatus: z.string().regex(/^63C[0-9A-F]$/, 'a refusal with tries left, 63Cx'),
});

export const returnLine = z.discriminatedUnion('outcome', [
  z.strictObject({ ...named, outcome: z.literal('made'), box, madeAt: z.iso.datetime(), evidence: madeEvidence }),
  /** Not made, and the chip is still good: the card can be ordered again on the same chip. */
  z.strictObject({ ...named, outcome: z.literal('failed'), reason }),
  /** The chip is waste and comes back in a box of waste. */
  z.strictObject({ ...named, outcome: z.literal('spoiled'), box, reason }),
]);

export const returnFile = z.strictObject({
  schema: z.literal(RETURN_SCHEMA),
  version: z.literal(FILE_VERSION),
  order: z.string().min(1).max(64),
  bureau: z.string().min(1).max(64),
  /** 1, 2, 3 … within the order. */
  sequence: z.int().min(1).max(1000),
  /** Nothing more follows: lines without an outcome are missing. */
  final: z.boolean(),
  madeAt: z.iso.datetime(),
  boxes: z
    .array(
      z.strictObject({
        number: box,
        kind: z.enum(['cards', 'waste']),
        courier: z.string().min(1).max(60),
        tracking: z.string().min(1).max(60),
      }),
    )
    .max(200),
  lines: z.array(z.unknown()).max(MAX_ORDER_LINES * 2),
});

export type ReturnLine = z.infer<typeof returnLine>;
export type MadeLine = Extract<ReturnLine, { outcome: 'made' }>;
export type ReturnFile = z.infer<typeof returnFile>;
export type ReturnBox = ReturnFile['boxes'][number];
