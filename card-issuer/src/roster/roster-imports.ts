/**
 * Imports of whole files, in the background: the file rests in sealed parts, rows are read as a stream and taken in batches,
 * each batch one transaction that also moves the checkpoint. A killed process goes on at the checkpoint, a batch is never
 * taken twice, a file sent again is known by its hash. Rows stand alone: a refused one hinders no other. (Over 300 lines: what
 * people ask of an import and the run that they pause, resume and cancel share its state.)
 */
import { isRhcError } from '@rhc/card/errors';
import type { Logger } from '@rhc/service-shell';
import { type Clock, dayInChina, timestamp } from '../clock.ts';
import { masked, readHeader } from '../domain/mapped-row.ts';
import { type Resident, sameResident } from '../domain/resident.ts';
import { openFields, ROSTER_PRESETS, type RosterMapping } from '../domain/roster-mappings.ts';
import { issuerErrors } from '../errors.ts';
import { pageOf, readCursor } from '../page-cursor.ts';
import type { Residents } from '../residents.ts';
import { type Database, imports, residents } from '../store/index.ts';
import { EMPTY_FILE, FileLook, inParts, openRoster, type ReadRow, requireSize } from './roster-file.ts';
import type { RosterPhotos } from './roster-package.ts';
import { checkRow, type HeaderFields, refusedRow } from './roster-row.ts';

export interface RosterImportParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: (prefix: string) => string;
  readonly register: Residents;
  readonly logger: Logger;
}

/** Twice as many halve what is written to the indexes; others' requests wait for at most one batch. */
const ROWS_AT_ONCE = 1000;
export class RosterImports {
  readonly #parts: RosterImportParts;
  readonly #running = new Map<string, Promise<void>>();
  #stopping = false;

  constructor(parts: RosterImportParts) {
    this.#parts = parts;
  }

  /** Takes up what a killed process left. */
  async resumeAll(): Promise<void> {
    for (const { id } of await imports.listUnfinished(this.#parts.database)) this.#start(id);
  }

  /** Running batches end, nothing new begins; the imports stay resumable. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running.values());
  }

  /** Resolves when the import runs no more. */
  async settled(id: string): Promise<imports.RosterImport> {
    await this.#running.get(id);
    return this.get(id);
  }

  /** @throws ROSTER_UNREADABLE, MAPPING_UNKNOWN */
  async begin(
    file: AsyncIterable<Uint8Array>,
    given: {
      readonly source: string;
      readonly fileName: string;
      readonly dryRun: boolean;
      readonly encoding?: 'utf-8' | 'gb18030' | undefined;
      readonly actor: string;
    },
  ): Promise<imports.RosterImport> {
    const { database, clock, newId } = this.#parts;
    const mapping = await this.mapping(given.source);
    const id = newId('i');
    const at = timestamp(clock.nowMs());
    const look = new FileLook();
    await database.transaction(async (transaction) => {
      // The parts refer to the import, so it stands there first; what the file is, is known at its end.
      const unknown = { format: 'csv', encoding: 'utf-8', bytes: 0, sha256: '', rowsTotal: 0 } as const;
      await imports.insertImport(transaction, { ...given, ...unknown, id, mapping, at });
      let part = 0;
      for await (const chunk of inParts(file)) {
        look.see(chunk);
        await imports.insertPart(transaction, id, part, chunk);
        part += 1;
      }
      const seen = look.seen();
      requireSize(seen);
      await imports.describeFile(transaction, id, { ...seen, encoding: given.encoding ?? seen.encoding });
    });
    this.#start(id);
    return this.get(id);
  }

  /** @throws IMPORT_UNKNOWN */
  async get(id: string): Promise<imports.RosterImport> {
    const found = await imports.findImport(this.#parts.database, id);
    if (found === null) throw issuerErrors.make('IMPORT_UNKNOWN');
    return found;
  }

  async list(page: { readonly limit: number; readonly cursor?: string | undefined }) {
    const before = readCursor(page.cursor);
    const found = await imports.listImports(this.#parts.database, { limit: page.limit + 1, before });
    return pageOf(found, page.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
  }

  async rows(
    id: string,
    page: {
      readonly after: number;
      readonly limit: number;
      readonly outcome?: imports.ImportedRow['outcome'] | undefined;
    },
  ) {
    await this.get(id);
    const found = await imports.listRows(this.#parts.database, id, { ...page, limit: page.limit + 1 });
    const rows = found.slice(0, page.limit);
    return { rows, next: found.length > page.limit ? String(rows.at(-1)?.row ?? 0) : null };
  }

  pause(id: string): Promise<imports.RosterImport> {
    return this.#move(id, ['waiting', 'running'], 'paused');
  }

  async resume(id: string): Promise<imports.RosterImport> {
    const moved = await this.#move(id, ['paused', 'failed'], 'waiting');
    this.#start(id);
    return moved;
  }

  async cancel(id: string): Promise<imports.RosterImport> {
    const moved = await this.#move(id, ['waiting', 'running', 'paused', 'failed'], 'cancelled');
    await imports.deleteParts(this.#parts.database, id);
    return moved;
  }

  async mappings(): Promise<RosterMapping[]> {
    const saved = await imports.listMappings(this.#parts.database);
    const own = new Set(saved.map(({ source }) => source));
    return [...ROSTER_PRESETS.filter(({ source }) => !own.has(source)), ...saved];
  }

  /** What was saved for a source, else its preset. @throws MAPPING_UNKNOWN */
  async mapping(source: string): Promise<RosterMapping> {
    const saved = await imports.findMapping(this.#parts.database, source);
    const mapping = saved ?? ROSTER_PRESETS.find((preset) => preset.source === source);
    if (mapping === undefined) throw issuerErrors.make('MAPPING_UNKNOWN');
    return mapping;
  }

  /** @throws MAPPING_INCOMPLETE with the fields that nothing gives */
  async saveMapping(mapping: RosterMapping, actor: string): Promise<RosterMapping> {
    const open = openFields(mapping);
    if (open.length > 0) {
      const rule = { zh: '没有列、常量或推导给出此字段', en: 'no column, constant or derivation gives this field' };
      throw issuerErrors.make('MAPPING_INCOMPLETE', { fields: open.map((field) => ({ field, rule })) });
    }
    const at = timestamp(this.#parts.clock.nowMs());
    await imports.saveMapping(this.#parts.database, mapping, { actor, at });
    return mapping;
  }

  async #move(
    id: string,
    from: readonly imports.ImportState[],
    to: imports.ImportState,
  ): Promise<imports.RosterImport> {
    const { database, clock } = this.#parts;
    await this.get(id);
    const moved = await imports.setState(database, id, from, to, { at: timestamp(clock.nowMs()) });
    if (!moved) throw issuerErrors.make('IMPORT_STATE_FORBIDS');
    return this.get(id);
  }

  #start(id: string): void {
    if (this.#stopping || this.#running.has(id)) return;
    const run = this.#run(id)
      .catch((error: unknown) => this.#fail(id, error))
      .finally(() => this.#running.delete(id));
    this.#running.set(id, run);
  }

  async #fail(id: string, error: unknown): Promise<void> {
    const { database, clock, logger } = this.#parts;
    const known = isRhcError(error) ? error : issuerErrors.make('UNEXPECTED', { cause: error });
    logger.error({ err: error, importId: id }, 'import failed');
    const change = { at: timestamp(clock.nowMs()), error: known.toBody() };
    await imports.setState(database, id, ['waiting', 'running'], 'failed', change);
  }

  async #run(id: string): Promise<void> {
    const { database, clock } = this.#parts;
    const now = () => timestamp(clock.nowMs());
    if (!(await imports.setState(database, id, ['waiting', 'running'], 'running', { at: now(), error: null }))) return;
    if ((await this.get(id)).dryRun) await imports.restart(database, id);
    const job = await this.get(id);
    const today = dayInChina(clock.nowMs());
    const seen = new Map<string, number>();
    const roster = await openRoster(database, job);
    let fields: HeaderFields | null = null;
    let done = job.rowsDone;
    let batch: ReadRow[] = [];
    const take = async () => {
      const rows = batch;
      batch = [];
      if (rows.length === 0) return true;
      const moved = await this.#takeBatch(job, done, rows, fields ?? [], roster.photos, today, seen);
      done += rows.length;
      return moved;
    };
    for await (const read of roster.rows) {
      if (fields === null) {
        const header = readHeader(read.cells, job.mapping);
        if (header.faults.length > 0) throw issuerErrors.make('ROSTER_UNREADABLE', { fields: header.faults });
        fields = header.fields;
        continue;
      }
      // Before the checkpoint: only read past.
      if (read.row <= job.rowsDone) continue;
      batch.push(read);
      if (batch.length < ROWS_AT_ONCE) continue;
      if (this.#stopping || !(await take())) return;
      // Others' requests are served between batches.
      await new Promise<void>((resume) => setImmediate(resume));
    }
    if (fields === null) throw issuerErrors.make('ROSTER_UNREADABLE', { fields: [EMPTY_FILE] });
    if (this.#stopping || !(await take())) return;
    await imports.setState(database, id, ['running'], 'done', { at: now(), rowsTotal: done });
    await imports.deleteParts(database, id);
  }

  /** One transaction: residents, report and checkpoint together. False when the import was stopped or moved elsewhere. */
  async #takeBatch(
    job: imports.RosterImport,
    done: number,
    rows: readonly ReadRow[],
    fields: HeaderFields,
    photos: RosterPhotos,
    today: string,
    seen: Map<string, number>,
  ): Promise<boolean> {
    const { database, clock, register } = this.#parts;
    const startedMs = clock.monotonicMs();
    const checked = rows.map((row) => checkRow(row, fields, job.mapping, photos, today, seen));
    return database
      .transaction(async (transaction) => {
        const sound = checked.flatMap(({ resident }) => resident ?? []);
        const enrolled = await residents.findResidentsByDocument(
          transaction,
          sound.map(({ documentNumber }) => documentNumber).filter((number) => number !== ''),
        );
        const before = new Map(enrolled.map((entry) => [entry.resident.documentNumber, entry]));
        const report: imports.ImportedRow[] = [];
        const fresh: { row: number; resident: Resident }[] = [];
        for (const { row, mapped, faults, resident } of checked) {
          const known = resident === null ? undefined : before.get(resident.documentNumber);
          if (resident === null) report.push(refusedRow(row, mapped, faults));
          else if (known === undefined) fresh.push({ row, resident });
          else if (sameResident(known.resident, resident)) {
            report.push({
              row,
              outcome: 'known',
              residentId: known.id,
              name: masked(resident.name),
              faults: [],
              nextStep: null,
            });
          } else {
            const { message, nextStep } = issuerErrors.table.RESIDENT_ALREADY_ENROLLED;
            const refused = refusedRow(row, mapped, [{ field: 'documentNumber', rule: message }]);
            report.push({ ...refused, residentId: known.id, nextStep });
          }
        }
        const taken = job.dryRun
          ? { candidates: 0 }
          : await register.enrolMany(
              transaction,
              fresh.map(({ resident }) => resident),
              {
                actor: job.actor,
                purpose: `import ${job.source}`,
              },
            );
        await imports.insertRows(transaction, job.id, report);
        const count = (outcome: string) => report.filter((each) => each.outcome === outcome).length;
        const moved = await imports.moveCheckpoint(transaction, job.id, done, {
          rows: rows.length,
          taken: fresh.length,
          known: count('known'),
          refused: count('refused'),
          candidates: taken.candidates,
          ms: clock.monotonicMs() - startedMs,
          at: timestamp(clock.nowMs()),
        });
        if (!moved) throw new StoppedMeanwhile();
        return true;
      })
      .catch((error: unknown) => {
        if (error instanceof StoppedMeanwhile) return false;
        throw error;
      });
  }
}

/** Rolls the batch back: another hand has paused, cancelled or moved the import. */
class StoppedMeanwhile extends Error {}
