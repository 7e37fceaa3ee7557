/**
 * A dialogue with a card as it may leave the house: its structure, lengths, status words and times. No data field and no
 * answer is in it, so no person, no key and no cryptogram; the bytes that stay are those that say what was asked (header,
 * file identifier of a SELECT).
 */
import { bytesToHex } from '@rhc/card/bytes';
import { z } from 'zod';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9A-F]{${bytes * 2}}$`));

export const recordedExchange = z.strictObject({
  /** CLA INS P1 P2. */
  header: hex(4),
  /** Of a SELECT by file identifier only. */
  file: hex(2).nullable(),
  commandBytes: z.int().min(4).max(300),
  /** Status word included; 0: no answer came. */
  answerBytes: z.int().min(0).max(300),
  sw: hex(2).nullable(),
  ms: z.number().min(0),
});
export const recordedDialogue = z.strictObject({
  begunAt: z.string(),
  protocol: z.enum(['T=0', 'T=1', 'raw']).nullable(),
  exchanges: z.array(recordedExchange).max(4000),
  /** What ended it, as the agent's error code; null: it was closed in order. */
  failure: z.string().max(60).nullable(),
});
export const recording = z.strictObject({
  format: z.literal('rhc-dialogues/1'),
  dialogues: z.array(recordedDialogue).max(200),
});

export type RecordedExchange = z.infer<typeof recordedExchange>;
export type RecordedDialogue = z.infer<typeof recordedDialogue>;
export type Recording = z.infer<typeof recording>;

const INS_SELECT = 0xa4;
const HEADER_BYTES = 4;
const FILE_BYTES = 2;

export function redactExchange(command: Uint8Array, answer: Uint8Array | null, ms: number): RecordedExchange {
  const lc = command.length > HEADER_BYTES + 1 ? (command[HEADER_BYTES] ?? 0) : 0;
  const selectsFile = command[1] === INS_SELECT && command[2] === 0 && lc === FILE_BYTES;
  return {
    header: bytesToHex(command.slice(0, HEADER_BYTES)),
    file: selectsFile ? bytesToHex(command.slice(HEADER_BYTES + 1, HEADER_BYTES + 1 + FILE_BYTES)) : null,
    commandBytes: command.length,
    answerBytes: answer?.length ?? 0,
    sw: answer === null || answer.length < 2 ? null : bytesToHex(answer.slice(-2)),
    ms: Math.round(ms * 10) / 10,
  };
}

const isFine = (sw: string | null): boolean => sw !== null && /^(9000|61..|6C..)$/.test(sw);

/** Ended by an error, or by a status word that is none of success. */
export function isFailing({ failure, exchanges }: RecordedDialogue): boolean {
  return failure !== null || !isFine(exchanges.at(-1)?.sw ?? '9000');
}
