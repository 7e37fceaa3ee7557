/**
 * The ledger of ceremonies: opens one, reads it back as its events left it, and adds events. Each is logged before it is
 * written, under a name that makes it happen once; acts on one ceremony take turns.
 */
import { bytesToHex } from '@rhc/card/bytes';
import { type CeremonyScript, ceremonyScript, type HsmConfig } from '@rhc/hsm-config';
import { type AuditDetails, canonicalJson } from '../../audit/leaf.ts';
import { keyServiceErrors } from '../../errors.ts';
import type { Sha256 } from '../personalization.ts';
import type { AuditPort } from '../ports.ts';
import { type CeremonyEvent, eventKey, type PlannedVersion, type WrittenEvent } from './events.ts';
import { eventAction, eventDetails } from './minutes.ts';
import type { OpeningOrder } from './orders.ts';
import type { CeremonyApprovals, CeremonyBench, CeremonyRecord, CeremonyStore } from './ports.ts';
import { type CeremonyBook, refuseStep } from './rules.ts';
import { type CeremonyState, stateOf } from './state.ts';

export interface CeremonyLedgerParts {
  readonly scripts: readonly HsmConfig[];
  readonly store: CeremonyStore;
  readonly audit: AuditPort;
  readonly sha256: Sha256;
  readonly now: () => Date;
  readonly random: (length: number) => Uint8Array;
}

export interface OpenedCeremony {
  readonly record: CeremonyRecord;
  readonly book: CeremonyBook;
  readonly config: HsmConfig;
  readonly events: readonly WrittenEvent[];
  readonly state: CeremonyState;
}

/** What a piece of a ceremony works with: its ledger, its token, and those who approve. */
export interface CeremonyHands {
  readonly ledger: CeremonyLedger;
  readonly bench: (record: CeremonyRecord) => Promise<CeremonyBench>;
  readonly approvals: CeremonyApprovals;
}

/** SHA-256 of a text's UTF-8 octets, lower-case hex. */
export const hexOf = (sha256: Sha256, text: string): string =>
  bytesToHex(sha256(new TextEncoder().encode(text))).toLowerCase();

export class CeremonyLedger {
  readonly #parts: CeremonyLedgerParts;
  /** One act at a time in a ceremony of this process; between processes the store's numbering decides. */
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(parts: CeremonyLedgerParts) {
    this.#parts = parts;
  }

  scriptHash(script: CeremonyScript): string {
    return this.#hash(canonicalJson(script));
  }

  async open(order: OpeningOrder): Promise<OpenedCeremony> {
    const config = this.config(order.script);
    const versions = plannedVersions(config, order.keyVersion);
    const scriptText = canonicalJson(config.ceremony);
    const scriptHash = this.#hash(scriptText);
    const id = this.#newId(config.ceremony.id);
    const event: CeremonyEvent = {
      kind: 'begun',
      person: order.person,
      mode: order.mode,
      script: config.ceremony.id,
      scriptVersion: config.ceremony.version,
      scriptHash,
      versions,
    };
    const record = { id, mode: order.mode, scriptId: config.ceremony.id, scriptHash, scriptText };
    await this.#parts.store.begin(record, await this.#logged(record, 0, event));
    return this.load(id);
  }

  async list(): Promise<OpenedCeremony[]> {
    const records = await this.#parts.store.all();
    return Promise.all(records.map((record) => this.#loaded(record)));
  }

  async load(id: string): Promise<OpenedCeremony> {
    const record = await this.#parts.store.find(id);
    if (record === null) throw keyServiceErrors.make('CEREMONY_UNKNOWN', { detail: id });
    return this.#loaded(record);
  }

  async append(ceremony: OpenedCeremony, events: readonly CeremonyEvent[]): Promise<OpenedCeremony> {
    const { record } = ceremony;
    const from = ceremony.events.length;
    const known = new Set(ceremony.events.map(({ event }) => eventKey(event)));
    const fresh = events.filter((event) => !known.has(eventKey(event)));
    if (fresh.length === 0) return ceremony;
    const written = await Promise.all(fresh.map((event, index) => this.#logged(record, from + index, event)));
    await this.#parts.store.append(record.id, from, written);
    const all = [...ceremony.events, ...written];
    return { ...ceremony, events: all, state: stateOf(ceremony.book.script, all) };
  }

  /**
   * The leaf's id is a hash over ceremony and event: an act that is done again after a cut finds its leaf, and one with
   * other words makes another.
   */
  async #logged(record: CeremonyRecord, sequence: number, event: CeremonyEvent): Promise<WrittenEvent> {
    const details: AuditDetails = eventDetails(record.id, record.mode, event);
    const action = eventAction(event);
    const id = this.#hash(canonicalJson({ action, details }));
    const log = await this.#parts.audit.record(action, details, id);
    return { sequence, at: this.#parts.now().toISOString(), event, log };
  }

  async #loaded(record: CeremonyRecord): Promise<OpenedCeremony> {
    const script = ceremonyScript.parse(JSON.parse(record.scriptText));
    const config = this.config(script.id, true);
    const events = await this.#parts.store.events(record.id);
    return {
      record,
      config,
      book: { script, hierarchy: config.hierarchy },
      events,
      state: stateOf(script, events),
    };
  }

  config(id: string, orAny = false): HsmConfig {
    const found =
      this.#parts.scripts.find(({ ceremony }) => ceremony.id === id) ?? (orAny ? this.#parts.scripts[0] : undefined);
    if (found === undefined) throw keyServiceErrors.make('CEREMONY_UNKNOWN', { detail: id });
    return found;
  }

  inTurn(id: string, work: (ceremony: OpenedCeremony) => Promise<void>): Promise<OpenedCeremony> {
    const before = this.#queues.get(id) ?? Promise.resolve();
    const turn = before
      .catch(() => undefined)
      .then(async () => {
        await work(await this.load(id));
        return this.load(id);
      });
    this.#queues.set(id, turn);
    const done = () => {
      if (this.#queues.get(id) === turn) this.#queues.delete(id);
    };
    turn.then(done, done);
    return turn;
  }

  #newId(script: string): string {
    const day = this.#parts.now().toISOString().slice(0, 10).replaceAll('-', '');
    return `${script}-${day}-${bytesToHex(this.#parts.random(3)).toLowerCase()}`;
  }

  #hash(text: string): string {
    return hexOf(this.#parts.sha256, text);
  }
}

function plannedVersions({ ceremony }: HsmConfig, asked: number | undefined): PlannedVersion[] {
  if (ceremony.versions !== 'asked') {
    if (asked !== undefined) throw refuseStep('keyVersion', '脚本已写明版本', 'the script names its versions');
    return [...ceremony.versions];
  }
  if (asked === undefined) throw refuseStep('keyVersion', '请写明密钥版本', 'name the key version');
  const activates = ceremony.steps.some(({ step }) => step === 'activate');
  return [{ version: asked, state: activates ? 'active' : 'pre-active' }];
}
