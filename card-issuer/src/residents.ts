/**
 * The register of residents: enrol, change with history, find, recognise duplicates, merge and undo, consent, export for
 * the person, erase where the law allows. Reads nothing of cards but whether one is in use. (Over 300 lines: a change, a
 * merge and an erasure each write the record, its history and its duplicates in one transaction, by the same private steps.)
 */
import { type Clock, dayInChina, timestamp } from './clock.ts';
import { countyName } from './domain/area.ts';
import { CHIP_HOLDING_STATES, LIVE_CARD_STATES, USABLE_CARD_STATES } from './domain/card-state.ts';
import { CANDIDATE_SCORE, DUPLICATE_RULES, type DuplicateReason, likeness } from './domain/duplicates.ts';
import { type Resident, type ResidentInput, sameResident } from './domain/resident.ts';
import { changesBetween } from './domain/resident-changes.ts';
import { dwellingKey, nameKey, numberKey, personKey, phoneKey } from './domain/resident-keys.ts';
import { validateResident } from './domain/validate-resident.ts';
import { issuerErrors } from './errors.ts';
import { idempotentCall } from './idempotent-call.ts';
import { type Page, type PageWish, pageOf, readCursor, readPage } from './page-cursor.ts';
import {
  cards,
  type Database,
  isUniqueViolation,
  type ListPage,
  nextCount,
  once,
  personalDataOf,
  residentChanges,
  residents,
} from './store/index.ts';

export interface ResidentParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: (prefix: string) => string;
  /** How long a record of somebody who held a card is kept for the medical archive. */
  readonly archiveYears: number;
}

/** Who does it, and what for. */
export interface Purpose {
  readonly actor: string;
  readonly purpose: string;
}

/** In place of an id while a record is looked at that is not stored. */
const UNSTORED = '';
const BY_NOBODY: Purpose = { actor: 'system', purpose: 'enrolment' };

export class Residents {
  readonly #parts: ResidentParts;

  constructor(parts: ResidentParts) {
    this.#parts = parts;
  }

  /** @throws RESIDENT_REFUSED with every fault, RESIDENT_ALREADY_ENROLLED when the document has other content */
  async enrol(
    input: ResidentInput,
    key: string | null,
    by: Purpose = BY_NOBODY,
  ): Promise<{ id: string; known: boolean }> {
    const resident = this.#validated(input);
    const call = idempotentCall('enrol', key, resident, this.#now());
    const enrol = () =>
      once(this.#parts.database, call, (transaction) => this.enrolValidated(transaction, resident, by));
    return enrol().catch((error: unknown) => {
      // Another clerk enrolled the same document between our look and our write: a second look sees what stands there.
      if (isUniqueViolation(error)) return enrol();
      throw error;
    });
  }

  /** Enrols a record that was validated; the same content again is simply known. */
  async enrolValidated(
    transaction: Database,
    resident: Resident,
    by: Purpose = BY_NOBODY,
  ): Promise<{ id: string; known: boolean }> {
    const numbered = await this.#numbered(transaction, resident);
    const [before] = await residents.findResidentsByDocument(transaction, [numbered.documentNumber]);
    if (before !== undefined) {
      if (sameResident(before.resident, numbered)) return { id: before.mergedInto ?? before.id, known: true };
      throw issuerErrors.make('RESIDENT_ALREADY_ENROLLED');
    }
    const id = this.#parts.newId('r');
    const entry = { id, resident: numbered, enrolledAt: this.#now() };
    await residents.insertResident(transaction, entry);
    await this.#noteEnrolment(transaction, id, by);
    await this.noteDuplicates(transaction, [entry]);
    return { id, known: false };
  }

  /** Many validated records at once, none of which is enrolled yet; duplicates among them and with others are noted. */
  async enrolMany(
    transaction: Database,
    records: readonly Resident[],
    by: Purpose,
  ): Promise<{ readonly ids: readonly string[]; readonly candidates: number }> {
    const enrolledAt = this.#now();
    const entries: residents.StoredResident[] = [];
    for (const record of records) {
      entries.push({ id: this.#parts.newId('r'), resident: await this.#numbered(transaction, record), enrolledAt });
    }
    await residents.insertResidents(transaction, entries);
    const ids = entries.map(({ id }) => id);
    await residentChanges.insertEnrolments(transaction, ids, { ...by, at: enrolledAt });
    return { ids, candidates: await this.noteDuplicates(transaction, entries) };
  }

  /**
   * What an enrolment would meet, before anything is stored: faults, the record that holds the number, records that may be
   * the same person.
   * @param ownId the record that is corrected; it is no candidate of itself
   */
  async check(input: ResidentInput, ownId: string | null) {
    const { database, clock } = this.#parts;
    const checked = validateResident(input, dayInChina(clock.nowMs()));
    if (!checked.ok) return { faults: checked.faults, known: null, candidates: [] };
    const { resident } = checked;
    const [holder] =
      resident.documentNumber === ''
        ? []
        : await residents.findResidentsByDocument(database, [resident.documentNumber]);
    const known = holder === undefined || holder.id === ownId ? null : (holder.mergedInto ?? holder.id);
    const pairs = await this.duplicatesOf(database, [{ id: ownId ?? UNSTORED, resident }]);
    const candidates = [];
    for (const { residentB: residentId, score, reasons } of pairs) {
      const { resident: other } = await this.#found(database, residentId);
      const { name, birthDate, areaCode } = other;
      candidates.push({ residentId, name, birthDate, areaCode, score, reasons: namedReasons(reasons) });
    }
    return { faults: [], known, candidates };
  }

  /** @throws RESIDENT_UNKNOWN, RESIDENT_ERASED */
  async get(id: string): Promise<residents.ResidentRecord> {
    return this.#found(this.#parts.database, id);
  }

  /**
   * Changes a record as a whole, from the version that the caller has seen.
   * @throws RESIDENT_REFUSED, RESIDENT_CHANGED_MEANWHILE, RESIDENT_ALREADY_ENROLLED when the number is another's
   */
  async change(
    id: string,
    change: Purpose & { readonly version: number; readonly input: ResidentInput },
    key: string | null,
  ): Promise<{ id: string; version: number; fields: string[] }> {
    const resident = this.#validated(change.input);
    const at = this.#now();
    const call = idempotentCall('resident-change', key, { id, version: change.version, resident }, at);
    return once(this.#parts.database, call, async (transaction) => {
      const before = await this.#found(transaction, id);
      if (before.state === 'merged') throw issuerErrors.make('RESIDENT_MERGED');
      const values = changesBetween(before.resident, resident);
      if (values.length === 0) return { id, version: before.version, fields: [] };
      const { version, actor, purpose } = change;
      if (!(await residents.updateResident(transaction, { id, version, resident, at }))) {
        throw issuerErrors.make('RESIDENT_CHANGED_MEANWHILE');
      }
      await residentChanges.insertChange(transaction, id, { version: version + 1, at, actor, purpose, values });
      await this.noteDuplicates(transaction, [{ id, resident }]);
      return { id, version: version + 1, fields: values.map(({ field }) => field) };
    }).catch((error: unknown) => {
      throw isUniqueViolation(error) ? issuerErrors.make('RESIDENT_ALREADY_ENROLLED', { cause: error }) : error;
    });
  }

  async history(id: string): Promise<residentChanges.ResidentChange[]> {
    await this.#found(this.#parts.database, id);
    return residentChanges.listChanges(this.#parts.database, id);
  }

  /** Oldest first. @throws CURSOR_WRONG */
  async historyPage(id: string, wish: PageWish): Promise<Page<residentChanges.ResidentChange>> {
    await this.#found(this.#parts.database, id);
    const list = (page: ListPage) => residentChanges.listChanges(this.#parts.database, id, page);
    return readPage(wish, ['number'], list, ({ version }) => [version]);
  }

  /** Number, whole name, initials of the name's pinyin, or phone; what is written tells which is meant. */
  async list(page: {
    readonly offset?: number;
    readonly limit: number;
    readonly search?: string | undefined;
    readonly cursor?: string | undefined;
  }) {
    const { database } = this.#parts;
    const tokens = lookUpTokens(page.search ?? '');
    const after = readCursor(page.cursor);
    const offset = page.offset ?? 0;
    const found = await residents.listResidents(database, { tokens, after, offset, limit: page.limit + 1 });
    const { entries, next } = pageOf(found, page.limit, ({ enrolledAt, id }) => ({ at: enrolledAt, id }));
    // Counting a register of tens of millions on every page would cost more than the page.
    const total = tokens.length > 0 ? offset + found.length : await residents.countResidents(database);
    const named = entries.map((entry) => ({ ...entry, county: countyName(entry.areaCode) ?? entry.areaCode }));
    return { total, residents: named, next };
  }

  /** Looks for those who may be the same person and notes the pairs; a person decides. */
  async noteDuplicates(
    transaction: Database,
    entries: readonly { readonly id: string; readonly resident: Resident }[],
  ): Promise<number> {
    const pairs = await this.duplicatesOf(transaction, entries);
    const foundAt = this.#now();
    await residentChanges.insertCandidates(
      transaction,
      pairs.map((pair) => ({ ...pair, foundAt })),
    );
    return pairs.length;
  }

  async duplicatesOf(
    database: Database,
    entries: readonly { readonly id: string; readonly resident: Resident }[],
  ): Promise<{ residentA: string; residentB: string; score: number; reasons: DuplicateReason[] }[]> {
    const vault = personalDataOf(database);
    const byToken = new Map<string, (typeof entries)[number][]>();
    const tokensOf = { person_token: [] as string[], dwelling_token: [] as string[] };
    for (const entry of entries) {
      const dwelling = dwellingKey(entry.resident);
      const tokens = [
        ['person_token', vault.blind('person', personKey(entry.resident))],
        ...(dwelling === null ? [] : [['dwelling_token', vault.blind('dwelling', dwelling)]]),
      ] as ['person_token' | 'dwelling_token', string][];
      for (const [column, token] of tokens) {
        tokensOf[column].push(token);
        byToken.set(token, [...(byToken.get(token) ?? []), entry]);
      }
    }
    const met = [
      ...(await residents.findByTokens(database, 'person_token', tokensOf.person_token)),
      ...(await residents.findByTokens(database, 'dwelling_token', tokensOf.dwelling_token)),
    ];
    const known = new Map<string, Resident | null>(entries.map((entry) => [entry.id, entry.resident]));
    // Each is opened once, however many it is compared with.
    const recordOf = async (id: string): Promise<Resident | null> => {
      if (!known.has(id)) known.set(id, (await residents.findResident(database, id))?.resident ?? null);
      return known.get(id) ?? null;
    };
    const pairs = new Map<
      string,
      { residentA: string; residentB: string; score: number; reasons: DuplicateReason[] }
    >();
    for (const { token, id } of met) {
      for (const entry of byToken.get(token) ?? []) {
        if (entry.id === id || pairs.has(`${entry.id}+${id}`) || pairs.has(`${id}+${entry.id}`)) continue;
        const other = await recordOf(id);
        if (other === null) continue;
        const { score, reasons } = likeness(entry.resident, other);
        if (score >= CANDIDATE_SCORE) {
          pairs.set(`${entry.id}+${id}`, { residentA: entry.id, residentB: id, score, reasons });
        }
      }
    }
    return [...pairs.values()];
  }

  async candidates(filter: {
    readonly state: residentChanges.CandidatePair['state'];
    readonly residentId?: string | undefined;
    readonly cursor?: string | undefined;
    readonly limit: number;
  }) {
    const after = readCursor(filter.cursor);
    const query = { ...filter, after, limit: filter.limit + 1 };
    const found = await residentChanges.listCandidates(this.#parts.database, query);
    const { entries, next } = pageOf(found, filter.limit, (pair) => ({
      at: pair.foundAt,
      id: `${pair.residentA}+${pair.residentB}`,
    }));
    const named = entries.map((pair) => ({
      ...pair,
      reasons: namedReasons(pair.reasons),
    }));
    return { candidates: named, next };
  }

  /** They are two people: the pair is not shown again. @throws CANDIDATE_UNKNOWN */
  async keepApart(pair: readonly [string, string], by: Purpose): Promise<void> {
    const decision = { state: 'different', by: by.actor, at: this.#now() } as const;
    if ((await residentChanges.decideCandidates(this.#parts.database, pair, decision)) === 0) {
      throw issuerErrors.make('CANDIDATE_UNKNOWN');
    }
  }

  /**
   * Two records of one person: `merged` points to `kept` from now on and keeps its content, so that it can be undone.
   * @throws RESIDENT_UNKNOWN, RESIDENT_MERGED, RESIDENT_CARD_IN_USE while the one merged away holds a card
   */
  async merge(
    kept: string,
    merged: string,
    signed: Purpose,
    key: string | null,
  ): Promise<{ kept: string; merged: string }> {
    const { database, newId } = this.#parts;
    const at = this.#now();
    const call = idempotentCall('resident-merge', key, { kept, merged, purpose: signed.purpose }, at);
    return once(database, call, async (transaction) => {
      if (kept === merged) throw issuerErrors.make('RESIDENT_MERGED');
      for (const id of [kept, merged]) {
        if ((await this.#found(transaction, id)).state === 'merged') throw issuerErrors.make('RESIDENT_MERGED');
      }
      await this.#requireNoCardInUse(transaction, merged);
      const { actor, purpose: reason } = signed;
      await residentChanges.insertMerge(transaction, { id: newId('m'), kept, merged, at, actor, reason });
      await residents.markMerged(transaction, merged, kept);
      await residentChanges.decideCandidates(transaction, [kept, merged], { state: 'merged', by: actor, at });
      return { kept, merged };
    });
  }

  /** @throws MERGE_UNKNOWN */
  async undoMerge(merged: string, by: Purpose): Promise<{ restored: string }> {
    const at = this.#now();
    return this.#parts.database.transaction(async (transaction) => {
      const merge = await residentChanges.findMerge(transaction, merged);
      if (merge === null || !(await residentChanges.undoMerge(transaction, merge.id, by.actor, at))) {
        throw issuerErrors.make('MERGE_UNKNOWN');
      }
      await residents.markMerged(transaction, merged, null);
      const open = { state: 'open', by: null, at: null } as const;
      await residentChanges.decideCandidates(transaction, [merge.kept, merged], open);
      return { restored: merged };
    });
  }

  async consent(
    id: string,
    given: { readonly purpose: string; readonly basis: string },
    actor: string,
    key: string | null,
  ): Promise<residentChanges.Consent> {
    const { database, newId } = this.#parts;
    const at = this.#now();
    const call = idempotentCall('consent', key, { id, ...given, actor }, at);
    const consentId = await once(database, call, async (transaction) => {
      await this.#found(transaction, id);
      const consent = { ...given, id: newId('n'), givenAt: at, givenTo: actor };
      await residentChanges.insertConsent(transaction, id, consent);
      return consent.id;
    });
    const consent = (await residentChanges.listConsents(database, id)).find((each) => each.id === consentId);
    if (consent === undefined) throw issuerErrors.make('CONSENT_UNKNOWN');
    return consent;
  }

  /** @throws CONSENT_UNKNOWN */
  async withdrawConsent(residentId: string, id: string, actor: string): Promise<residentChanges.Consent[]> {
    const { database } = this.#parts;
    const withdrawal = { at: this.#now(), to: actor };
    if (!(await residentChanges.withdrawConsent(database, { residentId, id }, withdrawal))) {
      throw issuerErrors.make('CONSENT_UNKNOWN');
    }
    return residentChanges.listConsents(database, residentId);
  }

  consents(residentId: string): Promise<residentChanges.Consent[]> {
    return residentChanges.listConsents(this.#parts.database, residentId);
  }

  /** Oldest first. @throws CURSOR_WRONG */
  consentsPage(residentId: string, wish: PageWish): Promise<Page<residentChanges.Consent>> {
    const list = (page: ListPage) => residentChanges.listConsents(this.#parts.database, residentId, page);
    return readPage(wish, ['string', 'string'], list, ({ givenAt, id }) => [givenAt, id]);
  }

  /** Everything that is kept of a person, for the person (PIPL art. 45). */
  async subjectAccess(id: string) {
    const { database } = this.#parts;
    const record = await this.#found(database, id);
    return {
      schema: 'rhc-subject-access/1' as const,
      madeAt: this.#now(),
      resident: record.resident,
      id: record.id,
      enrolledAt: record.enrolledAt,
      version: record.version,
      mergedInto: record.mergedInto,
      history: await residentChanges.listChanges(database, id),
      consents: await residentChanges.listConsents(database, id),
      cards: (await cards.listCards(database, { residentId: id, limit: 500 })).map((card) => ({
        issueSerial: card.issueSerial,
        cardNumber: card.cardNumber,
        state: card.state,
        issueDate: card.issueDate,
        expiryDate: card.expiryDate,
        activatedAt: card.activatedAt,
      })),
    };
  }

  /**
   * Erasure on request (PIPL art. 47). Refused while a card lives, and while the medical archive holds what a card in use
   * has carried; a tombstone stays, so that the id is never given again.
   * @throws RESIDENT_CARD_IN_USE, RESIDENT_ARCHIVE_HOLDS with the day from which it is allowed
   */
  async erase(id: string, by: Purpose, key: string | null): Promise<{ id: string; erasedAt: string }> {
    const { database, clock } = this.#parts;
    const at = this.#now();
    return once(database, idempotentCall('resident-erase', key, { id, by }, at), async (transaction) => {
      await this.#found(transaction, id);
      await this.#requireNoCardInUse(transaction, id);
      const held = await cards.listCards(transaction, { residentId: id, limit: 500 });
      const until = this.#archivedUntil(held);
      if (until !== null && until > dayInChina(clock.nowMs())) {
        throw issuerErrors.make('RESIDENT_ARCHIVE_HOLDS', {
          fields: [{ field: 'archive', rule: { zh: `保存至 ${until}`, en: `kept until ${until}` } }],
        });
      }
      const { version } = await this.#found(transaction, id);
      await residents.eraseResident(transaction, id, at);
      const change = { version: version + 1, at, actor: by.actor, purpose: by.purpose, values: [] };
      await residentChanges.insertChange(transaction, id, change);
      return { id, erasedAt: at };
    });
  }

  /** Day after which nothing medical must be kept; null when no card ever carried anything. */
  #archivedUntil(held: readonly cards.Card[]): string | null {
    const holding: readonly string[] = CHIP_HOLDING_STATES;
    const days = held.flatMap((card) => {
      const last = card.expiryDate ?? card.personalizedAt?.slice(0, 10);
      return holding.includes(card.state) && card.activatedAt !== null && last != null ? [last] : [];
    });
    const last = days.toSorted().at(-1);
    return last === undefined ? null : `${Number(last.slice(0, 4)) + this.#parts.archiveYears}${last.slice(4)}`;
  }

  async #requireNoCardInUse(transaction: Database, id: string): Promise<void> {
    const lives: readonly string[] = [...LIVE_CARD_STATES, ...USABLE_CARD_STATES];
    const held = await cards.listCards(transaction, { residentId: id, limit: 500 });
    if (held.some(({ state }) => lives.includes(state))) throw issuerErrors.make('RESIDENT_CARD_IN_USE');
  }

  async #noteEnrolment(transaction: Database, id: string, by: Purpose): Promise<void> {
    await residentChanges.insertEnrolments(transaction, [id], { ...by, at: this.#now() });
  }

  /** A newborn without any number gets one of ours, until the real one is known. */
  async #numbered(transaction: Database, resident: Resident): Promise<Resident> {
    if (resident.documentKind !== 'temporary' || resident.documentNumber !== '') return resident;
    const count = await nextCount(transaction, 'temporary-number');
    const number = `T${resident.areaCode}${resident.birthDate.replaceAll('-', '')}${String(count % 1000).padStart(3, '0')}`;
    return { ...resident, documentNumber: number };
  }

  #validated(input: ResidentInput): Resident {
    const checked = validateResident(input, dayInChina(this.#parts.clock.nowMs()));
    if (!checked.ok) throw issuerErrors.make('RESIDENT_REFUSED', { fields: checked.faults });
    return checked.resident;
  }

  async #found(database: Database, id: string): Promise<residents.ResidentRecord> {
    const record = await residents.findResident(database, id);
    if (record !== null) return record;
    const erased = (await residents.residentStateOf(database, id)) === 'erased';
    throw issuerErrors.make(erased ? 'RESIDENT_ERASED' : 'RESIDENT_UNKNOWN');
  }

  #now(): string {
    return timestamp(this.#parts.clock.nowMs());
  }
}

const namedReasons = (reasons: readonly string[]) =>
  reasons.map((code) => ({ code, text: DUPLICATE_RULES[code as DuplicateReason].text }));

function lookUpTokens(search: string): residents.ResidentLookUp['tokens'] {
  const wanted = search.trim();
  if (wanted === '') return [];
  const tokens: { kind: 'number' | 'name' | 'initials' | 'phone'; value: string }[] = [
    { kind: 'number', value: numberKey(wanted) },
    { kind: 'name', value: nameKey(wanted) },
  ];
  const phone = phoneKey(wanted);
  if (phone !== null && phone.length >= 6) tokens.push({ kind: 'phone', value: phone });
  if (/^[A-Za-z]{2,6}$/.test(wanted)) tokens.push({ kind: 'initials', value: wanted.toUpperCase() });
  return tokens;
}
