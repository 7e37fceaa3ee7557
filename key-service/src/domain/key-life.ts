/**
 * Moves of key versions carried out: logged first, then written with the log's index, then effective in this process.
 * Schedules are carried out by `tick`, which any number of nodes may call: the database lets one of them win.
 */
import type { AuditReceipt } from '../audit/audit-log.ts';
import type { HsmPort } from '../hsm/port.ts';
import { rootLabel } from './hierarchy.ts';
import {
  type CardsInField,
  destructionMove,
  dueActivations,
  dueDestructions,
  type KeyMove,
  type KeyVersionRecord,
  type MoveOrder,
  type Override,
  planActivation,
  planDestruction,
  planMove,
  planReinstatement,
  planRestore,
} from './key-states.ts';
import type { KeyVersion, KeyVersionState } from './key-versions.ts';
import type { AuditPort } from './ports.ts';

export interface WrittenMove extends KeyMove {
  readonly log: AuditReceipt;
}

type Key = Pick<KeyVersion, 'slot' | 'version'>;

export interface KeyAmendment {
  readonly policy?: KeyVersion['policy'] | null;
  readonly cryptoperiodEnds?: Date | null;
}

export interface KeyLifeStore {
  records(): Promise<KeyVersionRecord[]>;
  /** All of them or none; clears both schedules of the versions. @throws KEY_MOVED_MEANWHILE */
  move(moves: readonly WrittenMove[]): Promise<void>;
  /** Writes `activateAt` and `destroyAt` of a version that is still in the record's state. @throws KEY_MOVED_MEANWHILE */
  schedule(record: KeyVersionRecord, order: MoveOrder, log: AuditReceipt): Promise<void>;
  /** Writes policy or cryptoperiod. */
  amend(key: Key, change: KeyAmendment, order: MoveOrder, log: AuditReceipt): Promise<void>;
  /** Every move and schedule of a version, oldest first. */
  history(slot: string, version: number): Promise<(KeyMove & { readonly log: { id: string; index: number | null } })[]>;
}

export interface KeyLifeRoom {
  readonly store: KeyLifeStore;
  readonly audit: AuditPort;
  readonly hsm: Pick<HsmPort, 'run' | 'renew'>;
  /** How a due destruction is carried out; false: it waits for approval. Absent: by the token at once. */
  readonly destroyRoot?: (key: Key) => Promise<boolean>;
  /** How many cards need a version. */
  readonly cardsInField: (key: Pick<KeyVersion, 'slot' | 'version'>) => Promise<CardsInField>;
  readonly now: () => Date;
  /** Told after each change, to read the versions anew. */
  readonly onChange: () => Promise<void>;
}

type By = Pick<MoveOrder, 'actor' | 'reason'>;

export class KeyLife {
  readonly #room: KeyLifeRoom;

  constructor(room: KeyLifeRoom) {
    this.#room = room;
  }

  /** @throws KEY_MISSING, KEY_MOVE_REFUSED, KEY_MOVED_MEANWHILE, AUDIT_UNAVAILABLE */
  async move(key: Key, to: KeyVersionState, by: By): Promise<void> {
    await this.#carryOut(planMove(await this.#room.store.records(), key, to, this.#order(by)));
  }

  async scheduleActivation(key: Key, activateAt: Date, by: By): Promise<void> {
    const order = this.#order(by);
    const record = planActivation(await this.#room.store.records(), key, activateAt, order);
    await this.#schedule(record, order, 'version-activation-scheduled', activateAt);
  }

  /** @throws KEY_IN_FIELD when cards need it and two others have not approved */
  async scheduleDestruction(key: Key, by: By, override?: Override): Promise<Date> {
    const order = this.#order(by);
    const cards = override?.evidence ?? (await this.#room.cardsInField(key));
    const record = planDestruction(await this.#room.store.records(), key, order, cards, override);
    const at = record.destroyAt as Date;
    const approvers = [...(override?.approvers ?? [])];
    await this.#schedule(record, order, 'version-destruction-scheduled', at, { cards, approvers });
    return at;
  }

  /** At its time, or at once when that has come. */
  async activateAt(key: Key, at: Date, by: By): Promise<void> {
    if (at > this.#room.now()) await this.scheduleActivation(key, at, by);
    else await this.move(key, 'active', by);
  }

  async moveUnlessMoved(key: Key, to: KeyVersionState, by: By): Promise<void> {
    await this.#unlessMoved(() => this.move(key, to, by));
  }

  /** Makes an older version the active one again (`planReinstatement`). */
  async reinstate(key: Key, by: By): Promise<void> {
    const moves = planReinstatement(await this.#room.store.records(), key, this.#order(by));
    if (moves.length > 0) await this.#carryOut(moves);
  }

  /** Policy or cryptoperiod. */
  async amend(key: Key, change: KeyAmendment, by: By): Promise<void> {
    const { slot, version } = key;
    const details = {
      ...(change.policy === undefined ? {} : { policy: JSON.stringify(change.policy) }),
      ...(change.cryptoperiodEnds === undefined ? {} : { ends: change.cryptoperiodEnds?.toISOString() ?? null }),
    };
    const log = await this.#room.audit.record('version-amended', { slot, version, ...by, ...details });
    await this.#room.store.amend(key, change, this.#order(by), log);
    await this.#room.onChange();
  }

  async restore(key: Key, by: By): Promise<void> {
    await this.#carryOut(planRestore(await this.#room.store.records(), key, this.#order(by)));
  }

  /** Carries out what is due. A node that comes second finds nothing left to do. */
  async tick(): Promise<void> {
    const { store, now } = this.#room;
    for (const { slot, version } of dueActivations(await store.records(), now())) {
      const order = this.#order({ actor: 'schedule', reason: 'the scheduled time has come' });
      await this.#unlessMoved(async () =>
        this.#carryOut(planMove(await store.records(), { slot, version }, 'active', order)),
      );
    }
    for (const record of dueDestructions(await store.records(), now())) {
      await this.#unlessMoved(() => this.#destroy(record));
    }
  }

  /** The token first: a version that says destroyed is gone for certain. Destroying what is gone changes nothing. */
  async #destroy(record: KeyVersionRecord): Promise<void> {
    const { hsm, audit, now } = this.#room;
    const root = rootLabel(record.slot, record.version);
    if (this.#room.destroyRoot !== undefined) {
      if (!(await this.#room.destroyRoot(record))) return;
    } else {
      await audit.record('root-destroy', { slot: record.slot, version: record.version, kcv: record.kcv });
      await hsm.run('destroy-root', { root });
    }
    hsm.renew();
    await this.#carryOut([destructionMove(record, now())]);
  }

  async #carryOut(moves: readonly KeyMove[]): Promise<void> {
    const { store, audit, onChange } = this.#room;
    const written: WrittenMove[] = [];
    for (const { at: _, ...details } of moves) {
      const move = moves[written.length] as KeyMove;
      written.push({ ...move, log: await audit.record('version-move', details) });
    }
    try {
      await store.move(written);
    } catch (error) {
      const ids = written.map(({ log }) => log.id);
      await audit.record('version-move-not-done', { entries: ids });
      throw error;
    }
    await onChange();
  }

  async #schedule(
    record: KeyVersionRecord,
    order: MoveOrder,
    action: string,
    at: Date,
    more: Readonly<Record<string, number | null | string[]>> = {},
  ): Promise<void> {
    const { slot, version } = record;
    const { actor, reason } = order;
    const log = await this.#room.audit.record(action, { slot, version, actor, reason, for: at.toISOString(), ...more });
    await this.#room.store.schedule(record, order, log);
    await this.#room.onChange();
  }

  async #unlessMoved(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      if (code !== 'KEY_MOVED_MEANWHILE' && code !== 'KEY_MOVE_REFUSED') throw error;
    }
  }

  #order({ actor, reason }: By): MoveOrder {
    return { actor, reason, at: this.#room.now() };
  }
}
