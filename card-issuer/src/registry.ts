/**
 * Towards the higher registration centre: what happened to cards, page by page with a cursor and a checksum; and hotlists of
 * other provinces, taken only under a signature of a key that was trusted beforehand, answered beside our own cards.
 */
import { createHash } from 'node:crypto';
import { type Hotlist, openHotlist, parseFile, parseIssueSerial, type VerifyHotlist } from '@rhc/card/hotlist';
import { type Clock, timestamp } from './clock.ts';
import { LISTED_CARD_STATES } from './domain/card-state.ts';
import { issuerErrors } from './errors.ts';
import { type Page, type PageWish, readPage } from './page-cursor.ts';
import { type Database, givePlaces, type ListPage, registry } from './store/index.ts';

export interface RegistryParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly issuerCode: string;
  readonly provinceCode: string;
  /** Keys of other provinces' lists that are trusted. */
  readonly verifyForeign: VerifyHotlist;
}

export const REPORT_SCHEMA = 'rhc-registry-report/1';

export class Registry {
  readonly #parts: RegistryParts;
  readonly #opened = new Map<string, { readonly version: number; readonly list: Hotlist }>();

  constructor(parts: RegistryParts) {
    this.#parts = parts;
  }

  /** The same cursor gives the same records for ever; `next` is also what to come back with later. */
  async report(page: { readonly cursor: number; readonly limit: number }) {
    const { database, issuerCode } = this.#parts;
    await givePlaces(database, 'card_moves');
    const records = await registry.listMoves(database, { after: page.cursor, limit: page.limit });
    return {
      schema: REPORT_SCHEMA,
      issuerCode,
      cursor: page.cursor,
      next: records.at(-1)?.sequence ?? page.cursor,
      more: records.length === page.limit,
      sha256: checksum(records),
      records,
    };
  }

  /** @throws FOREIGN_HOTLIST_REFUSED, FOREIGN_HOTLIST_OLD, and what a file that is no list throws */
  async takeForeign(file: Uint8Array, actor: string): Promise<registry.ForeignHotlist> {
    const { database, clock, provinceCode, verifyForeign } = this.#parts;
    const list = openHotlist(file, verifyForeign);
    if (list.provinceCode === provinceCode) throw issuerErrors.make('FOREIGN_HOTLIST_REFUSED');
    const entry = {
      provinceCode: list.provinceCode,
      version: list.version,
      madeAt: timestamp(list.madeAt * 1000),
      entries: list.entries,
      keyId: parseFile(file).keyId,
      importedBy: actor,
      importedAt: timestamp(clock.nowMs()),
    };
    if (!(await registry.saveForeignHotlist(database, { ...entry, file })))
      throw issuerErrors.make('FOREIGN_HOTLIST_OLD');
    return entry;
  }

  /** By province. @throws CURSOR_WRONG */
  foreignListsPage(wish: PageWish): Promise<Page<registry.ForeignHotlist>> {
    const list = (page: ListPage) => registry.listForeignHotlists(this.#parts.database, page);
    return readPage(wish, ['string'], list, ({ provinceCode }) => [provinceCode]);
  }

  foreignLists(): Promise<registry.ForeignHotlist[]> {
    return registry.listForeignHotlists(this.#parts.database);
  }

  /** Our own cards by their state now, others' by the newest list that we hold. */
  async lookUp(issueSerial: string): Promise<{
    readonly answer: 'listed' | 'not-listed' | 'not-covered';
    readonly source: 'own' | 'foreign' | null;
    readonly version: number | null;
  }> {
    const serial = parseIssueSerial(issueSerial);
    if (serial === null) return { answer: 'not-covered', source: null, version: null };
    if (serial.provinceCode === this.#parts.provinceCode) {
      const state = await registry.findStateBySerial(this.#parts.database, issueSerial);
      if (state === null) return { answer: 'not-covered', source: null, version: null };
      const listed = (LISTED_CARD_STATES as readonly string[]).includes(state);
      return { answer: listed ? 'listed' : 'not-listed', source: 'own', version: null };
    }
    const found = await this.#foreign(serial.provinceCode);
    if (found === null) return { answer: 'not-covered', source: null, version: null };
    return { answer: found.list.lookUp(issueSerial), source: 'foreign', version: found.version };
  }

  /** Opened once a version; the signature was checked when it came, and is again. */
  async #foreign(provinceCode: string): Promise<{ readonly version: number; readonly list: Hotlist } | null> {
    const stored = await registry.findForeignFile(this.#parts.database, provinceCode);
    if (stored === null) return null;
    const known = this.#opened.get(provinceCode);
    if (known?.version === stored.version) return known;
    const opened = { version: stored.version, list: openHotlist(stored.file, this.#parts.verifyForeign) };
    this.#opened.set(provinceCode, opened);
    return opened;
  }
}

/** SHA-256 over the records as JSON lines, in their order. */
export function checksum(records: readonly object[]): string {
  const hash = createHash('sha256');
  for (const record of records) hash.update(`${JSON.stringify(record)}\n`);
  return hash.digest('hex');
}

const COLUMNS = [
  'sequence',
  'at',
  'move',
  'state',
  'reason',
  'issueSerial',
  'cardNumber',
  'cardFactor',
  'areaCode',
  'documentType',
  'issueDate',
  'expiryDate',
] as const;

/** The page as CSV: schema and cursors in a comment line, the checksum of the lines above it in the last. */
export function reportCsv(page: Awaited<ReturnType<Registry['report']>>): string {
  const lines = [
    `#${page.schema},issuer=${page.issuerCode},cursor=${page.cursor},next=${page.next},more=${page.more}`,
    COLUMNS.join(','),
    ...page.records.map((record) => COLUMNS.map((column) => String(record[column] ?? '')).join(',')),
  ];
  const text = lines.map((line) => `${line}\r\n`).join('');
  return `${text}#sha256=${createHash('sha256').update(text).digest('hex')}\r\n`;
}
