/**
 * Return files: the bureau's signature is verified first, then each line is judged, proven and written down in a transaction of
 * its own. The file itself is kept before its first line is taken, so that a crash, or key-service out of reach, loses
 * nothing: the same file again goes on where it stopped, and a file that was taken answers with its report.
 */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { fieldFaults } from '@rhc/service-shell';
import {
  type BureauLine,
  fault,
  judgeReturnLine,
  type LineJudgement,
  type ReturnFile,
  returnFile,
} from '../domain/bureau/index.ts';
import { issuerErrors } from '../errors.ts';
import type { BureauOrder } from '../store/bureau-orders.ts';
import type { BureauReturn, ReturnedLine } from '../store/bureau-returns.ts';
import { bureauOrders, bureauReturns, bureaus, cards, type Database, isUniqueViolation } from '../store/index.ts';
import { verifyFile } from './cms/index.ts';
import { type BureauParts, bureauKeys, nowOf, requireBureau, requireOrder } from './parts.ts';
import { derOf } from './register.ts';

export interface ReturnReport extends BureauReturn {
  readonly report: readonly ReturnedLine[];
  /** Serials of the order that no file has brought; told once a final file was taken. */
  readonly missing: readonly string[];
}

/** A file of the largest order is far smaller; a bomb is not unpacked. */
const MAX_UNPACKED_BYTES = 32 * 1024 * 1024;

/**
 * @throws BUREAU_ORDER_UNKNOWN, BUREAU_FILE_MALFORMED, BUREAU_FILE_SIGNATURE, BUREAU_CERTIFICATE_EXPIRED, BUREAU_FILE_OTHER_ORDER,
 *   BUREAU_RETURN_SEQUENCE, and what key-service refuses (then the file is kept and taken up again)
 */
export async function takeReturn(
  parts: BureauParts,
  orderId: string,
  file: Uint8Array,
  actor: string,
): Promise<ReturnReport> {
  const { database, clock, newId } = parts;
  const order = await requireOrder(database, orderId);
  if (order.state === 'reserved') throw issuerErrors.make('BUREAU_ORDER_NOT_SEALED');
  const bureau = await requireBureau(database, order.bureauId);
  const verified = verifyFile(file, [derOf(bureau.signingCertificate)], new Date(clock.nowMs()));
  const content = unpacked(verified.content);
  if (content.order !== orderId || content.bureau !== bureau.id) throw issuerErrors.make('BUREAU_FILE_OTHER_ORDER');
  // Of the content, not of the file: a signature made anew over the same content is no other file.
  const sha256 = createHash('sha256').update(verified.content).digest('hex').toUpperCase();
  const [known] = await bureauReturns.listReturns(database, { sha256 });
  if (known?.state === 'taken') return reportOf(parts, known.id);
  if (known === undefined) {
    if (order.state === 'closed') throw issuerErrors.make('BUREAU_ORDER_CLOSED');
    await keepFile(parts, {
      id: newId('br'),
      orderId,
      sequence: content.sequence,
      sha256,
      file,
      signer: verified.signer,
      final: content.final,
      lines: content.lines.length,
      takenBy: actor,
      takenAt: nowOf(parts),
    });
  }
  const [kept] = await bureauReturns.listReturns(database, { sha256 });
  if (kept === undefined) throw issuerErrors.make('BUREAU_RETURN_SEQUENCE');
  await goOn(parts, order, bureau, kept, content);
  return reportOf(parts, kept.id);
}

async function keepFile(parts: BureauParts, entry: Parameters<typeof bureauReturns.insertReturn>[1]): Promise<void> {
  try {
    await bureauReturns.insertReturn(parts.database, entry);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    // The same content from another node is no conflict; another content under this number is.
    const [same] = await bureauReturns.listReturns(parts.database, { sha256: entry.sha256 });
    if (same === undefined) throw issuerErrors.make('BUREAU_RETURN_SEQUENCE', { cause: error });
  }
}

function unpacked(content: Uint8Array): ReturnFile {
  let value: unknown;
  try {
    value = JSON.parse(gunzipSync(content, { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8'));
  } catch (cause) {
    throw issuerErrors.make('BUREAU_FILE_MALFORMED', { cause, detail: 'no gzip, too large, or no JSON' });
  }
  const parsed = returnFile.safeParse(value);
  if (parsed.success) return parsed.data;
  throw issuerErrors.make('BUREAU_FILE_MALFORMED', { fields: fieldFaults(parsed.error) });
}

/** Files of a crash, at the start of the service; one that still cannot be taken waits for the next. */
export async function resumeReturns(parts: BureauParts, onFault: (error: unknown) => void): Promise<void> {
  const { database } = parts;
  for (const entry of await bureauReturns.listReturns(database, { state: 'taking' })) {
    try {
      const order = await requireOrder(database, entry.orderId);
      const bureau = await requireBureau(database, order.bureauId);
      const file = await bureauReturns.findReturnFile(database, entry.id);
      if (file === null) continue;
      // As of the day on which it was taken: a certificate may have run out since.
      const { content } = verifyFile(file, [derOf(bureau.signingCertificate)], new Date(entry.takenAt));
      await goOn(parts, order, bureau, entry, unpacked(content));
    } catch (error) {
      onFault(error);
    }
  }
}

async function goOn(
  parts: BureauParts,
  order: BureauOrder,
  bureau: bureaus.BureauRecord,
  entry: BureauReturn,
  content: ReturnFile,
): Promise<void> {
  const { database } = parts;
  const done = new Set((await bureauReturns.listReturnedLines(database, entry.id)).map(({ line }) => line));
  const before = new Set<string>();
  const boxes = new Map(content.boxes.map(({ number, kind }) => [number, kind]));
  for (const [index, raw] of content.lines.entries()) {
    if (!done.has(index + 1)) {
      const lines = new Map(
        (await linesNamed(database, order.id, raw)).map((line) => [line.issueSerial, line] as const),
      );
      const judged = await proven(parts, judgeReturnLine(raw, { lines, before, boxes }));
      await writeDown(parts, bureau, entry, index + 1, judged);
    }
    const serial = (raw as { issueSerial?: unknown } | null)?.issueSerial;
    if (typeof serial === 'string') before.add(serial);
  }
  await database.transaction(async (transaction) => {
    const at = nowOf(parts);
    for (const box of content.boxes) {
      await bureaus.announceBox(transaction, {
        ...box,
        id: parts.newId('bb'),
        bureauId: bureau.id,
        orderId: order.id,
        transferId: null,
        announcedBy: `bureau:${bureau.id}`,
        announcedAt: at,
      });
    }
    if (content.final) {
      for (const line of await bureauOrders.listLines(transaction, order.id)) {
        if (line.state === 'sent') await bureauOrders.moveLine(transaction, line, 'missing');
      }
    }
    await bureauReturns.endReturn(transaction, entry.id);
  });
  await parts.feed.record('bureau-return-taken', null, { orderId: order.id, sequence: entry.sequence });
}

async function linesNamed(database: Database, orderId: string, raw: unknown): Promise<BureauLine[]> {
  const serial = (raw as { issueSerial?: unknown } | null)?.issueSerial;
  if (typeof serial !== 'string') return [];
  const line = await bureauOrders.findLineBySerial(database, orderId, serial);
  return line === null ? [] : [line];
}

/** A made card's chip answered the order's own challenge: judged in the HSM, which alone knows the key besides the bureau's. */
async function proven(parts: BureauParts, judged: LineJudgement): Promise<LineJudgement> {
  if (judged.result !== 'accepted' || judged.line.outcome !== 'made') return judged;
  const { line, known } = judged;
  const { version, answer } = line.evidence.internalAuthentication;
  const loaded = known.keys.some((key) => key.slot === 'IRK.DDF1' && key.version === version);
  const genuine =
    loaded &&
    (await bureauKeys(parts).isGenuine({
      cardFactor: known.cardFactor,
      provinceCode: parts.issuer.cityCode.slice(0, 2),
      version,
      r1: known.proof.slice(0, 16),
      r2: known.proof.slice(16),
      answer,
    }));
  if (genuine) return judged;
  return {
    result: 'refused',
    issueSerial: line.issueSerial,
    fault: fault('genuine', 'evidence.internalAuthentication'),
  };
}

/** Line, card and report together, or not at all. */
async function writeDown(
  parts: BureauParts,
  bureau: bureaus.BureauRecord,
  entry: BureauReturn,
  number: number,
  judged: LineJudgement,
): Promise<void> {
  const told: ReturnedLine =
    judged.result === 'refused'
      ? { line: number, issueSerial: judged.issueSerial, outcome: null, result: 'refused', fault: judged.fault }
      : {
          line: number,
          issueSerial: judged.line.issueSerial,
          outcome: judged.line.outcome,
          result: judged.result,
          fault: null,
        };
  try {
    await parts.database.transaction(async (transaction) => {
      await bureauReturns.insertReturnedLine(transaction, entry.id, told);
      if (judged.result === 'accepted') await carryOut(parts, transaction, bureau, judged);
    });
  } catch (error) {
    // Another node, or an earlier try whose answer was lost, has written this line.
    const lines = await bureauReturns.listReturnedLines(parts.database, entry.id);
    if (!lines.some(({ line }) => line === number)) throw error;
  }
}

async function carryOut(
  parts: BureauParts,
  transaction: Database,
  bureau: bureaus.BureauRecord,
  { line, known }: Extract<LineJudgement, { result: 'accepted' | 'known' }>,
): Promise<void> {
  const changes = {
    returnBox: line.outcome === 'failed' ? null : line.box,
    reason: line.outcome === 'made' ? null : line.reason,
  };
  if (!(await bureauOrders.moveLine(transaction, known, line.outcome, changes))) {
    throw issuerErrors.make('CARD_STATE_FORBIDS', { detail: `line ${known.line} moved meanwhile` });
  }
  if (line.outcome !== 'made') return;
  const card = await cards.findCard(transaction, known.cardId);
  if (card === null) throw issuerErrors.make('CARD_UNKNOWN');
  const verdict: cards.CardVerdict = {
    // Equal digests over every file: nothing differs. The bytes were counted by the bureau, not here.
    readBack: { equal: true, bytes: 0, differences: 0 },
    genuine: true,
    negativeControl: line.evidence.wrongKeyStatus,
    initialState: 'bureau',
    keys: known.keys,
  };
  const at = nowOf(parts);
  await cards.moveCard(
    transaction,
    card,
    'verified',
    { actor: `bureau:${bureau.id}`, at },
    { verdict: JSON.stringify(verdict), personalized_at: at },
  );
}

/** @throws BUREAU_RETURN_UNKNOWN */
export async function reportOf(parts: Pick<BureauParts, 'database'>, returnId: string): Promise<ReturnReport> {
  const { database } = parts;
  const [entry] = await bureauReturns.listReturns(database, { id: returnId });
  if (entry === undefined) throw issuerErrors.make('BUREAU_RETURN_UNKNOWN');
  const report = await bureauReturns.listReturnedLines(database, returnId);
  const lines = entry.final ? await bureauOrders.listLines(database, entry.orderId) : [];
  const missing = lines.filter(({ state }) => state === 'missing').map(({ issueSerial }) => issueSerial);
  return { ...entry, report, missing };
}
