/** What a ceremony at the terminal leaves on paper and on disk: minutes, hand-over record, and the log that proves them. */
import { createHash, createPublicKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicKeyPem } from '../audit/checkpoint.ts';
import type { OfflineRoom } from '../ceremony-room.ts';
import { keyServiceErrors } from '../errors.ts';
import { minutesPdf } from '../minutes/minutes-pdf.ts';
import { type MinutesReport, verifyMinutes } from '../minutes/verify-minutes.ts';

const ALL = 1_000_000;

export interface WrittenRecord {
  readonly folder: string;
  readonly files: readonly string[];
  readonly sha256: string;
  /** The minutes, checked against the log just written. */
  readonly report: MinutesReport;
}

export async function writeRecord(
  room: OfflineRoom,
  id: string,
  folder: string,
  options: { readonly pdf: boolean; readonly font: string | undefined },
): Promise<WrittenRecord> {
  const minutes = await room.hall.minutes(id);
  if (minutes === null) throw keyServiceErrors.make('MINUTES_MISSING', { detail: id });
  await room.audit.log.checkpoint();
  const leaves = await room.audit.store.leaves(0, ALL);
  const notes = await room.audit.store.checkpoints(0, ALL);
  const pem = publicKeyPem(room.audit.log.publicKey);
  const files: Record<string, string | Uint8Array> = {
    [`${id}.minutes.json`]: minutes.text,
    'leaves.jsonl': leaves.map((line) => `${line}\n`).join(''),
    'checkpoints.txt': notes.join('\n'),
    'audit-key.pem': pem,
  };
  if (options.pdf) {
    files[`${id}.minutes.pdf`] = await minutesPdf(minutes.text, 'minutes', options.font);
    files[`${id}.hand-over.pdf`] = await minutesPdf(minutes.text, 'hand-over', options.font);
  }
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const report = await verifyMinutes(Buffer.from(minutes.text), { lines: leaves, notes, key: createPublicKey(pem) });
  const sha256 = createHash('sha256').update(minutes.text).digest('hex');
  return { folder, files: Object.keys(files), sha256, report };
}
