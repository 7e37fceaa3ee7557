/**
 * Minutes against an exported audit log, without a service: the log proves itself first (`verify-export.ts`), then the
 * minutes' bytes must have their hash in it, every event of theirs its leaf, and their checkpoint the log's own root.
 * Pure but for hashing and the key.
 */
import { createHash, type KeyObject } from 'node:crypto';
import { equalBytes } from '@rhc/card/bytes';
import { openNote } from '../audit/checkpoint.ts';
import { type AuditLeaf, canonicalJson, parseLeaf } from '../audit/leaf.ts';
import { Frontier, textLeafHash } from '../audit/merkle-tree.ts';
import { verifyExport } from '../audit/verify-export.ts';
import { MINUTES_FORMAT, type Minutes } from '../domain/ceremony/minutes.ts';

export type MinutesFault =
  | { readonly kind: 'log'; readonly faults: number }
  | { readonly kind: 'form' }
  /** The bytes' hash is in no leaf: a byte was changed, or these minutes are of another log. */
  | { readonly kind: 'hash'; readonly sha256: string }
  | { readonly kind: 'event'; readonly sequence: number }
  | { readonly kind: 'event-missing'; readonly sequence: number }
  | { readonly kind: 'checkpoint' };

export interface MinutesReport {
  readonly ceremony: string | null;
  readonly sha256: string;
  readonly events: number;
  readonly faults: readonly MinutesFault[];
}

export interface ExportedLog {
  readonly lines: readonly string[];
  readonly notes: readonly string[];
  readonly key: KeyObject;
}

export async function verifyMinutes(bytes: Uint8Array, log: ExportedLog): Promise<MinutesReport> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const faults: MinutesFault[] = [];
  const lines = log.lines.filter((line) => line !== '');
  const exported = await verifyExport(lines, log.notes, log.key);
  if (exported.faults.length > 0) faults.push({ kind: 'log', faults: exported.faults.length });
  const leaves = lines.map((line) => parseLeaf(line));
  const hashed = leaves.some((leaf) => leaf?.action === 'ceremony-minutes' && leaf.details.sha256 === sha256);
  if (!hashed) faults.push({ kind: 'hash', sha256 });
  const minutes = readMinutes(bytes);
  if (minutes === null) return { ceremony: null, sha256, events: 0, faults: [...faults, { kind: 'form' }] };
  faults.push(...eventFaults(minutes, leaves));
  if (!checkpointHolds(minutes, lines, log.key)) faults.push({ kind: 'checkpoint' });
  return { ceremony: minutes.ceremony, sha256, events: minutes.events.length, faults };
}

function readMinutes(bytes: Uint8Array): Minutes | null {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Minutes;
    return value.format === MINUTES_FORMAT && Array.isArray(value.events) ? value : null;
  } catch {
    return null;
  }
}

/** Both ways: no event without its leaf, and no leaf of this ceremony that the minutes leave out. */
function eventFaults(minutes: Minutes, leaves: readonly (AuditLeaf | null)[]): MinutesFault[] {
  const byId = new Map(leaves.flatMap((leaf) => (leaf === null ? [] : [[leaf.id, leaf] as const])));
  const told = new Set(minutes.events.map(({ log }) => log.id));
  const wrong = minutes.events.flatMap(({ sequence, action, details, log }): MinutesFault[] => {
    const leaf = byId.get(log.id);
    const same = leaf?.action === action && canonicalJson(leaf.details) === canonicalJson(details);
    return same ? [] : [{ kind: 'event', sequence }];
  });
  const last = Math.max(-1, ...minutes.events.map(({ log }) => byId.get(log.id)?.index ?? -1));
  const left = leaves.filter(
    (leaf) =>
      leaf !== null &&
      leaf.details.ceremony === minutes.ceremony &&
      leaf.action.startsWith('ceremony-') &&
      leaf.action !== 'ceremony-minutes' &&
      leaf.index < last &&
      !told.has(leaf.id),
  );
  return [...wrong, ...left.map((leaf): MinutesFault => ({ kind: 'event-missing', sequence: leaf?.index ?? -1 }))];
}

function checkpointHolds({ checkpoint }: Minutes, lines: readonly string[], key: KeyObject): boolean {
  if (checkpoint === null) return false;
  const opened = openNote(checkpoint, key);
  if (typeof opened === 'string' || opened.size > lines.length) return false;
  const tree = new Frontier();
  for (const line of lines.slice(0, opened.size)) tree.append(textLeafHash(line));
  return equalBytes(tree.root, opened.root);
}

const SENTENCES: Readonly<Record<MinutesFault['kind'], string>> = {
  log: '审计日志本身不完整或被改动(用 audit-verify 查看) the audit log itself does not hold (see audit-verify)',
  form: '不是仪式记录 these are no minutes',
  hash: '记录的散列不在日志中:有字节被改动 its hash is not in the log: a byte was changed',
  event: '事件与日志条目不符 an event is not what its leaf says',
  'event-missing': '日志中有本仪式的条目,记录中没有 the log has an event that the minutes leave out',
  checkpoint: '记录中的检查点与日志不符 the checkpoint in the minutes is not of this log',
};

export function minutesReportText(name: string, report: MinutesReport): string {
  const head = `${report.faults.length === 0 ? '✓' : '✗'} ${name}: ${report.ceremony ?? '—'} · ${report.events} 个事件 events · SHA-256 ${report.sha256}`;
  const lines = report.faults.slice(0, 20).map((fault) => {
    const at = 'sequence' in fault ? ` #${fault.sequence}` : '';
    return `  · ${SENTENCES[fault.kind]}${at}`;
  });
  return [head, ...lines].join('\n');
}
