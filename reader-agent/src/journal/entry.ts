/**
 * An entry of the write journal: what was to be written on which card, and what is known of its outcome. What it wanted to
 * write stays in it only until every outcome is known.
 */
import { z } from 'zod';
import { mailboxContent } from '../contract/mailbox.ts';
import { patchWish, visitWish, writtenElement } from '../contract/writes.ts';

const moment = z.iso.datetime();
const [, rekeyContent] = mailboxContent.options;

export const journalEntry = z.strictObject({
  format: z.literal(1),
  id: z.string(),
  cardFactor: z.string(),
  kind: z.enum(['patch', 'visit', 'rekey']),
  /** SHA-256 of what was asked, so that an id cannot be used for two writes. */
  requestDigest: z.string(),
  begunAt: moment,
  /** null once it is settled: a resident's data is not kept longer than it serves. */
  wish: z
    .union([
      z.strictObject({ patch: patchWish }),
      z.strictObject({ visit: visitWish }),
      z.strictObject({ rekey: rekeyContent.omit({ kind: true }) }),
    ])
    .nullable(),
  /** null: begun, and nothing was ever reported (the agent or the machine died). */
  elements: z.array(writtenElement).nullable(),
  settledAt: moment.nullable(),
  /** `write`: by the write itself; `card`: by reading the card when it came back; `person`: given up by a person. */
  settledBy: z.enum(['write', 'card', 'person']).nullable(),
  /** The grant of the page that asked; absent: the desk. */
  by: z.string().optional(),
  /** The delivery of card-issuer that it carries out: what becomes of it is reported under this lease. */
  mailbox: z.strictObject({ updateId: z.string(), lease: z.int() }).optional(),
});

export type JournalEntry = z.infer<typeof journalEntry>;

export function isOpen(entry: JournalEntry): boolean {
  return entry.settledAt === null;
}
