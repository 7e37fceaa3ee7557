/**
 * Scratch tokens for rehearsals in the service: a folder, a token, a worker and a book of versions for each, apart from
 * the service's own. Everything of it is thrown away when the rehearsal ends; its events and its minutes stay.
 */
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { HsmConfig } from '@rhc/hsm-config';
import { prepareToken, stateFolder } from './ceremony-room.ts';
import type { CeremonyBench, CeremonyRecord } from './domain/ceremony/ports.ts';
import { keyServiceErrors } from './errors.ts';
import { keyVersionStore } from './store/stores.ts';
import { openTokenAndDatabase, type TokenAndDatabase } from './token-and-database.ts';

interface OpenBench extends TokenAndDatabase {
  readonly bench: CeremonyBench;
}

export interface RehearsalOptions {
  readonly scripts: readonly HsmConfig[];
  /** Folder of all rehearsals. */
  readonly folder: string;
  readonly workerPath: string;
}

const MAX_OPEN = 4;

export class RehearsalBenches {
  readonly #options: RehearsalOptions;
  readonly #open = new Map<string, Promise<OpenBench>>();

  constructor(options: RehearsalOptions) {
    this.#options = options;
  }

  async bench(record: CeremonyRecord): Promise<CeremonyBench> {
    const { id } = record;
    const known = this.#open.get(id);
    if (known !== undefined) return (await known).bench;
    const [oldest] = this.#open.keys();
    if (this.#open.size >= MAX_OPEN && oldest !== undefined) await this.release(oldest);
    const opening = this.#attach(record);
    this.#open.set(id, opening);
    try {
      return (await opening).bench;
    } catch (error) {
      this.#open.delete(id);
      throw error;
    }
  }

  async #attach({ id, scriptId }: CeremonyRecord): Promise<OpenBench> {
    const { scripts, workerPath } = this.#options;
    const config = scripts.find(({ ceremony }) => ceremony.id === scriptId);
    if (config === undefined) throw keyServiceErrors.make('CEREMONY_UNKNOWN', { detail: scriptId });
    const folder = stateFolder(this.#folderOf(id));
    const tokenLabel = `REHEARSAL-${id.slice(-15)}`;
    const tokenCreated = await prepareToken({ config, folder, tokenLabel, workerPath });
    const open = await openTokenAndDatabase({ ...folder, config, workerPath, tokenLabel, workers: 1 }, folder.database);
    return { ...open, bench: { hsm: open.hsm, versions: keyVersionStore(open.database), tokenCreated } };
  }

  /** Detaches; the scratch token stays and is attached again when it is asked for. */
  async release(id: string): Promise<void> {
    const open = this.#open.get(id);
    this.#open.delete(id);
    if (open === undefined) return;
    await (await open).close();
  }

  /** The rehearsal is over: nothing of its token stays. */
  async discard(id: string): Promise<void> {
    await this.release(id);
    rmSync(this.#folderOf(id), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#open.keys()].map((id) => this.release(id)));
  }

  #folderOf(id: string): string {
    // Ids are ours (script-day-random), but a path is made of them.
    if (!/^[a-z0-9-]+$/.test(id)) throw keyServiceErrors.make('CEREMONY_UNKNOWN', { detail: id });
    return join(resolve(this.#options.folder), id);
  }
}
