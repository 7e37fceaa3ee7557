/**
 * Makes and publishes hotlists. The signature comes through a port (key-service holds the key); it is taken outside the
 * transaction, and the version's primary key decides between two nodes that publish at once.
 */
import { isRhcError } from '@rhc/card/errors';
import { encodeBody, encodeDelta, openHotlist, parseIssueSerial, withSignature } from '@rhc/card/hotlist';
import { type Clock, dayInChina, timestamp } from './clock.ts';
import { countyName } from './domain/area.ts';
import { issuerErrors } from './errors.ts';
import { idempotentCall } from './idempotent-call.ts';
import { type Page, type PageWish, readPage } from './page-cursor.ts';
import { type Database, hotlists, isUniqueViolation, type ListPage, remembered } from './store/index.ts';

export interface HotlistSigner {
  /** Name of the key, as agents know it. */
  readonly keyId: string;
  /** Over the list without its signature; version and entries are for the signer's log. */
  sign(body: Uint8Array, about: { readonly version: number; readonly entries: number }): Promise<Uint8Array>;
}

export interface HotlistPublisherParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly provinceCode: string;
  /** Null: nothing can be published yet. */
  readonly signer: HotlistSigner | null;
  /** By itself when the newest list is so old; 0: only when a person asks. */
  readonly everyHours: number;
}

const HOUR_MS = 3_600_000;

export type PublishedHotlist = hotlists.StoredHotlist & {
  readonly fullBytes: number;
  readonly deltaBytes: number | null;
};

export interface CountyFile {
  readonly version: number;
  readonly file: Uint8Array;
}

export class HotlistPublisher {
  readonly #parts: HotlistPublisherParts;
  /** County files of one version, each signed once: a resident who moves is found in the other county's file of the next. */
  #countyFiles = { version: 0, files: new Map<string, Promise<CountyFile>>() };

  constructor(parts: HotlistPublisherParts) {
    this.#parts = parts;
  }

  /**
   * A new version out of the cards as they stand now, also when nothing changed: a list must not grow old.
   * @throws HOTLIST_NO_SIGNER, HOTLIST_PUBLISHED_MEANWHILE
   */
  async publish(key: string | null = null): Promise<PublishedHotlist> {
    const { database, clock } = this.#parts;
    return remembered(database, idempotentCall('hotlist', key, {}, timestamp(clock.nowMs())), () => this.#publish());
  }

  async #publish(): Promise<PublishedHotlist> {
    const { database, clock, provinceCode, signer } = this.#parts;
    if (signer === null) throw issuerErrors.make('HOTLIST_NO_SIGNER');
    const nowMs = clock.nowMs();
    const before = await hotlists.findNewest(database);
    const counters = await this.#counters(dayInChina(nowMs));
    const version = (before?.version ?? 0) + 1;
    const madeAt = Math.floor(nowMs / 1000);
    const body = encodeBody({ kind: 'full', provinceCode, version, baseVersion: 0, madeAt }, counters);
    const signature = {
      keyId: signer.keyId,
      signature: await signer.sign(body, { version, entries: counters.length }),
    };
    const file = withSignature(body, signature);
    const delta =
      before === null
        ? null
        : encodeDelta(
            // Our own file out of our own database: whoever takes it from us checks the signature.
            { version: before.version, counters: openHotlist(before.file, () => true).counters() },
            { provinceCode, version, madeAt, counters },
            signature,
          );
    const list = { version, madeAt: timestamp(nowMs), entries: counters.length };
    try {
      await database.transaction((transaction) => hotlists.insertHotlist(transaction, { ...list, file, delta }));
    } catch (error) {
      throw isUniqueViolation(error) ? issuerErrors.make('HOTLIST_PUBLISHED_MEANWHILE', { cause: error }) : error;
    }
    return { ...list, fullBytes: file.length, deltaBytes: delta?.length ?? null };
  }

  /** Publishes when it is time: desks stop serving by a list that is too old. Another node's list counts as well. */
  async tick(): Promise<void> {
    const { database, clock, signer, everyHours } = this.#parts;
    if (signer === null || everyHours === 0) return;
    const [newest] = await hotlists.listVersions(database, { limit: 1, after: null });
    if (newest !== undefined && clock.nowMs() - Date.parse(newest.madeAt) < everyHours * HOUR_MS) return;
    await this.#publish().catch((error: unknown) => {
      if (!isRhcError(error) || error.code !== 'HOTLIST_PUBLISHED_MEANWHILE') throw error;
    });
  }

  /** @throws HOTLIST_NONE */
  async newest(): Promise<hotlists.StoredHotlist & { readonly file: Uint8Array }> {
    const newest = await hotlists.findNewest(this.#parts.database);
    if (newest === null) throw issuerErrors.make('HOTLIST_NONE');
    return newest;
  }

  /**
   * Of the newest list those cards whose holders live in a county, signed: for the county's own desks and their media. It
   * says who is listed and nothing else (card/hotlist); a reader that serves patients takes the whole list.
   * @throws HOTLIST_COUNTY_UNKNOWN, HOTLIST_NONE, HOTLIST_NO_SIGNER
   */
  async county(countyCode: string): Promise<CountyFile> {
    const { signer } = this.#parts;
    if (countyName(countyCode) === null) throw issuerErrors.make('HOTLIST_COUNTY_UNKNOWN');
    if (signer === null) throw issuerErrors.make('HOTLIST_NO_SIGNER');
    const [newest] = await hotlists.listVersions(this.#parts.database, { limit: 1, after: null });
    if (newest === undefined) throw issuerErrors.make('HOTLIST_NONE');
    const { version } = newest;
    if (this.#countyFiles.version !== version) this.#countyFiles = { version, files: new Map() };
    const { files } = this.#countyFiles;
    const made = files.get(countyCode) ?? this.#countyFile(countyCode, signer);
    files.set(countyCode, made);
    // What failed is tried again by whoever asks next.
    made.catch(() => files.delete(countyCode));
    return made;
  }

  async #countyFile(countyCode: string, signer: HotlistSigner): Promise<CountyFile> {
    const { clock, provinceCode } = this.#parts;
    const { file, version } = await this.newest();
    const whole = openHotlist(file, () => true);
    // What was put on the list since the newest version comes with the next one.
    const counters = (await this.#counters(dayInChina(clock.nowMs()), countyCode)).filter((each) => whole.has(each));
    const header = { kind: 'county', provinceCode, version, baseVersion: 0, madeAt: whole.madeAt, countyCode } as const;
    const body = encodeBody(header, counters);
    const signature = await signer.sign(body, { version, entries: counters.length });
    return { version, file: withSignature(body, { keyId: signer.keyId, signature }) };
  }

  /** Newest first. @throws CURSOR_WRONG */
  versions(wish: PageWish): Promise<Page<hotlists.HotlistVersion>> {
    const list = (page: ListPage) => hotlists.listVersions(this.#parts.database, page);
    return readPage(wish, ['number'], list, ({ version }) => [version]);
  }

  /** False: nothing can be published. */
  get canPublish(): boolean {
    return this.#parts.signer !== null;
  }

  /** From `version` − 1 to `version`. @throws HOTLIST_NONE */
  async delta(version: number): Promise<Uint8Array> {
    const delta = await hotlists.findDelta(this.#parts.database, version);
    if (delta === null) throw issuerErrors.make('HOTLIST_NONE');
    return delta;
  }

  async #counters(day: string, countyCode?: string): Promise<Float64Array> {
    const { database, provinceCode } = this.#parts;
    const serials = await hotlists.listListedSerials(database, day, countyCode);
    const counters = new Float64Array(serials.length);
    serials.forEach((text, index) => {
      const serial = parseIssueSerial(text);
      if (serial === null || serial.provinceCode !== provinceCode) throw new RangeError('a serial of another issuer');
      counters[index] = serial.counter;
    });
    return counters.sort();
  }
}
