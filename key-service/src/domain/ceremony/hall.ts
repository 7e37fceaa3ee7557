/**
 * The ceremony hall: runs any script with the same engine, in rehearsal and for real. An act is checked against script
 * and state, logged, written, and when all who must act have acted, the step's work is done. Every piece may be cut and
 * done again: events have names under which they happen once, and the token's operations are idempotent.
 */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import {
  type CeremonyRole,
  type CeremonyScript,
  type CeremonyStep,
  ceremonyScript,
  type HsmConfig,
} from '@rhc/hsm-config';
import { type AuditDetails, canonicalJson } from '../../audit/leaf.ts';
import { keyServiceErrors } from '../../errors.ts';
import type { Sha256 } from '../personalization.ts';
import type { AuditPort } from '../ports.ts';
import type { CeremonyEvent, CeremonyMode, PlannedVersion, WrittenEvent } from './events.ts';
import { eventKey } from './events.ts';
import { keyTarget, partGroup } from './key-labels.ts';
import { eventAction, eventDetails } from './minutes.ts';
import type { CeremonyApprovals, CeremonyBench, CeremonyRecord, CeremonyStore } from './ports.ts';
import {
  type Actor,
  type CeremonyBook,
  keysToConfirm,
  partsNeeded,
  readyForWork,
  refuseStep,
  requireAct,
  requireOpen,
  requirePart,
  requireRole,
} from './rules.ts';
import { type CeremonyState, currentStep, keyOf, stateOf, stepOf } from './state.ts';
import { stepWork } from './work.ts';

export interface CeremonyHallParts {
  readonly scripts: readonly HsmConfig[];
  readonly store: CeremonyStore;
  readonly audit: AuditPort;
  readonly bench: (record: CeremonyRecord) => Promise<CeremonyBench>;
  readonly approvals: CeremonyApprovals;
  /** @throws why a script may not be run for real here */
  readonly permitReal: (config: HsmConfig) => void;
  /** Told after a real ceremony has put versions on record or activated them. */
  readonly onKeysChanged: () => Promise<void>;
  /** Makes and keeps the minutes of what has happened so far. */
  readonly writeMinutes: (ceremony: OpenedCeremony) => Promise<void>;
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

export interface OpeningOrder {
  readonly script: string;
  readonly mode: CeremonyMode;
  readonly keyVersion?: number | undefined;
  readonly person: string;
}

export interface ActOrder {
  readonly step: string;
  readonly accept: boolean;
  readonly keys?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly blocks?: Readonly<Record<string, string>> | undefined;
}

export interface PartOrder {
  readonly step: string;
  readonly key: string;
  readonly index?: number | undefined;
  readonly checkValue?: string | undefined;
  /** Wiped before this returns, whatever happens. */
  readonly part: Uint8Array;
}

export class CeremonyHall {
  readonly #parts: CeremonyHallParts;
  /** One act at a time in a ceremony of this process; between processes the store's numbering decides. */
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(parts: CeremonyHallParts) {
    this.#parts = parts;
  }

  get scripts(): readonly HsmConfig[] {
    return this.#parts.scripts;
  }

  scriptHash(script: CeremonyScript): string {
    return this.#hash(canonicalJson(script));
  }

  /** Why a script cannot be run for real here; null when it can. */
  whyNotReal(config: HsmConfig): unknown {
    try {
      this.#parts.permitReal(config);
      return null;
    } catch (error) {
      return error;
    }
  }

  async open(order: OpeningOrder): Promise<OpenedCeremony> {
    const config = this.#config(order.script);
    if (order.mode === 'real') this.#parts.permitReal(config);
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

  takeRole(id: string, role: CeremonyRole, actor: Actor): Promise<OpenedCeremony> {
    return this.#inTurn(id, async (ceremony) => {
      if (requireRole(ceremony.book, ceremony.state, role, actor) === null) return;
      await this.#append(ceremony, [{ kind: 'role-taken', role, person: actor.person, principal: actor.principal }]);
    });
  }

  /** One role's act on the current step; the last one does the step's work. */
  act(id: string, order: ActOrder, actor: Actor): Promise<OpenedCeremony> {
    return this.#inTurn(id, async (ceremony) => {
      const { step, role, acted } = requireAct(ceremony.book, ceremony.state, order.step, actor);
      if (!order.accept) {
        await this.#reject(ceremony, step, order, actor);
        return;
      }
      const { round } = stepOf(ceremony.state, step.id);
      let now = ceremony;
      // Blocks are opened by the act that brings them, so that a refused one leaves the step as it was.
      if (order.blocks !== undefined) now = await this.#takeBlocks(now, step, order.blocks);
      if (!acted) now = await this.#append(now, [{ kind: 'acted', step: step.id, role, person: actor.person, round }]);
      await this.#advance(now);
    });
  }

  /** A custodian's own part. */
  async enterPart(id: string, order: PartOrder, actor: Actor): Promise<{ index: number; kcv: string }> {
    let entered: { index: number; kcv: string } | undefined;
    try {
      await this.#inTurn(id, async (ceremony) => {
        const allowed = requirePart(ceremony.book, ceremony.state, order, actor);
        const { step, source, index, round } = allowed;
        const bench = await this.#parts.bench(ceremony.record);
        const keys = [order.key];
        await this.#approved(ceremony, step.id, 'enter-part', keys);
        const answer = await bench.hsm.run('enter-part', {
          group: partGroup(id, order.key),
          index,
          part: order.part,
          lengthBytes: step.step === 'exchange-kbpk' ? step.lengthBytes : 16,
          expectedKcv: order.checkValue === undefined ? null : hexToBytes(order.checkValue),
          combine: source.combine,
          needed: partsNeeded(source),
          target: keyTarget(ceremony.book, step, order.key),
        });
        const kcv = bytesToHex(answer.kcv);
        entered = { index, kcv };
        const events: CeremonyEvent[] = [
          { kind: 'part-entered', step: step.id, key: order.key, index, person: actor.person, kcv, round },
        ];
        if (answer.made !== null) {
          const made = bytesToHex(answer.made.kcv);
          events.push({ kind: 'key-made', step: step.id, key: order.key, kcv: made, how: source.combine, round });
        }
        await this.#advance(await this.#append(ceremony, events));
      });
    } finally {
      order.part.fill(0);
    }
    return entered as { index: number; kcv: string };
  }

  /** One's own part that was entered wrongly; once the key is made it is rejected as a whole instead. */
  discardPart(id: string, order: { step: string; key: string; reason: string }, actor: Actor): Promise<OpenedCeremony> {
    return this.#inTurn(id, async (ceremony) => {
      const { step, index, round } = requirePart(ceremony.book, ceremony.state, order, actor);
      if (keyOf(ceremony.state, step.id, order.key).kcv !== null) {
        throw refuseStep(
          'key',
          '密钥已合成;请在核对校验值时驳回',
          'the key is made; reject it when its check value is compared',
        );
      }
      const bench = await this.#parts.bench(ceremony.record);
      const { key, reason } = order;
      const { person } = actor;
      const next = await this.#append(ceremony, [
        { kind: 'part-discarded', step: step.id, key, index, person, reason, round },
        {
          kind: 'exception',
          person,
          what: `part ${index} of ${key} discarded`,
          why: reason,
          decision: 'entered again',
        },
      ]);
      await bench.hsm.run('discard-parts', { group: partGroup(next.record.id, key), index });
    });
  }

  exception(id: string, entry: { what: string; why: string; decision: string }, actor: Actor): Promise<OpenedCeremony> {
    return this.#inTurn(id, async (ceremony) => {
      if (ceremony.state.phase === 'completed' || ceremony.state.phase === 'abandoned') requireOpen(ceremony.state);
      await this.#append(ceremony, [{ kind: 'exception', person: actor.person, ...entry }]);
    });
  }

  interrupt(id: string, reason: string, actor: Actor): Promise<OpenedCeremony> {
    return this.#inTurn(id, async (ceremony) => {
      requireOpen(ceremony.state);
      const count = ceremony.state.interruptions.length;
      const next = await this.#append(ceremony, [{ kind: 'interrupted', person: actor.person, reason, count }]);
      await this.#parts.writeMinutes(next);
    });
  }

  resume(id: string, reason: string, actor: Actor): Promise<OpenedCeremony> {
    return this.#inTurn(id, async (ceremony) => {
      if (ceremony.state.phase !== 'interrupted') requireOpen(ceremony.state);
      else {
        const count = ceremony.state.interruptions.length - 1;
        await this.#append(ceremony, [{ kind: 'resumed', person: actor.person, reason, count }]);
      }
    });
  }

  abandon(id: string, reason: string, actor: Actor): Promise<OpenedCeremony> {
    return this.#inTurn(id, async (ceremony) => {
      if (ceremony.state.phase !== 'interrupted') requireOpen(ceremony.state);
      const next = await this.#append(ceremony, [{ kind: 'abandoned', person: actor.person, reason }]);
      await this.#parts.writeMinutes(next);
    });
  }

  /** Finishes what a cut left half done: a step for which everybody has acted, minutes that were not written. */
  recover(id: string): Promise<OpenedCeremony> {
    return this.#inTurn(id, async (ceremony) => {
      if (ceremony.state.phase === 'open') await this.#advance(ceremony);
      else await this.#parts.writeMinutes(ceremony);
    });
  }

  minutes(id: string) {
    return this.#parts.store.minutes(id);
  }

  /** Does the work of every step that is ready for it, in order. */
  async #advance(ceremony: OpenedCeremony): Promise<void> {
    let now = ceremony;
    for (;;) {
      const step = currentStep(now.book.script, now.state);
      if (step === null) {
        if (now.state.phase === 'open') now = await this.#append(now, [{ kind: 'completed' }]);
        await this.#parts.writeMinutes(now);
        return;
      }
      if (!readyForWork(now.book, now.state, step)) return;
      const bench = await this.#parts.bench(now.record);
      const work = stepWork(step, { ceremony: now, bench, now: this.#parts.now });
      if (work !== null) {
        await this.#approved(now, step.id, step.step, work.keys);
        for (const piece of work.pieces) now = await this.#append(now, await piece());
        // Logged and written first, then effective: a cut in between is made good by doing it again.
        await work.afterwards?.(now);
        if (work.changesKeys === true && now.record.mode === 'real') await this.#parts.onKeysChanged();
      }
      const { round } = stepOf(now.state, step.id);
      now = await this.#append(now, [{ kind: 'step-done', step: step.id, round }]);
    }
  }

  async #takeBlocks(
    ceremony: OpenedCeremony,
    step: CeremonyStep,
    blocks: Readonly<Record<string, string>>,
  ): Promise<OpenedCeremony> {
    if (step.step !== 'import-key-blocks') {
      throw refuseStep('blocks', '这一步不导入密钥块', 'this step takes in no key blocks');
    }
    const bench = await this.#parts.bench(ceremony.record);
    await this.#approved(ceremony, step.id, 'import-key-block', Object.keys(blocks));
    let now = ceremony;
    for (const [key, block] of Object.entries(blocks)) {
      const target = keyTarget(now.book, step, key);
      if (target.kind !== 'root') throw refuseStep('blocks', `${key} 不在这一步`, `${key} is not of this step`);
      const { root, usage } = target;
      const made = await bench.hsm.run('import-key-block', { kbpk: step.kbpk, block, root, usage });
      const { round } = keyOf(now.state, step.id, key);
      const kcv = bytesToHex(made.kcv);
      now = await this.#append(now, [{ kind: 'key-made', step: step.id, key, kcv, how: 'key-block', round }]);
    }
    return now;
  }

  /** Keys whose check values people do not agree with: gone from the token, and to be made again. */
  async #reject(ceremony: OpenedCeremony, step: CeremonyStep, order: ActOrder, actor: Actor): Promise<void> {
    if (step.step !== 'confirm-kcv') throw refuseStep('accept', '只有核对步骤可以驳回', 'only a comparison can reject');
    const { reason } = order;
    if (reason === undefined) throw refuseStep('reason', '驳回须写明理由', 'a rejection needs a reason');
    const shown = keysToConfirm(ceremony.book, ceremony.state, step);
    const rejected = order.keys === undefined ? shown : shown.filter(({ key }) => order.keys?.includes(key) === true);
    if (rejected.length === 0) throw refuseStep('keys', '没有要驳回的密钥', 'no key to reject');
    const bench = await this.#parts.bench(ceremony.record);
    const recorded = new Set((await bench.versions.all()).map(({ slot, version }) => `${slot}#${version}`));
    const { person } = actor;
    await this.#approved(
      ceremony,
      step.id,
      'reject',
      rejected.map(({ key }) => key),
    );
    const events = rejected.map(({ step: made, key }): CeremonyEvent => {
      const { round } = keyOf(ceremony.state, made.id, key);
      return { kind: 'key-rejected', step: made.id, key, person, reason, round };
    });
    for (const { step: made, key } of rejected) {
      await bench.hsm.run('discard-parts', { group: partGroup(ceremony.record.id, key), index: null });
      const target = keyTarget(ceremony.book, made, key);
      const root = target.kind === 'root' ? target.root : `KBPK.${target.name}`;
      // A key that another ceremony has put on record stays; an export made no key.
      const keep = made.step === 'export-key-blocks' || recorded.has(root);
      if (!keep) await bench.hsm.run('destroy-root', { root });
    }
    bench.hsm.renew();
    const what = `rejected: ${rejected.map(({ key }) => key).join(', ')}`;
    await this.#append(ceremony, [...events, { kind: 'exception', person, what, why: reason, decision: 'made again' }]);
  }

  async #approved(ceremony: OpenedCeremony, step: string, operation: string, keys: readonly string[]): Promise<void> {
    const { id, mode } = ceremony.record;
    await this.#parts.approvals.require({ ceremony: id, mode, step, operation, keys });
  }

  async #append(ceremony: OpenedCeremony, events: readonly CeremonyEvent[]): Promise<OpenedCeremony> {
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
    const config = this.#config(script.id, true);
    const events = await this.#parts.store.events(record.id);
    return {
      record,
      config,
      book: { script, hierarchy: config.hierarchy },
      events,
      state: stateOf(script, events),
    };
  }

  #config(id: string, orAny = false): HsmConfig {
    const found = this.scripts.find(({ ceremony }) => ceremony.id === id) ?? (orAny ? this.scripts[0] : undefined);
    if (found === undefined) throw keyServiceErrors.make('CEREMONY_UNKNOWN', { detail: id });
    return found;
  }

  #inTurn(id: string, work: (ceremony: OpenedCeremony) => Promise<void>): Promise<OpenedCeremony> {
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
    return bytesToHex(this.#parts.sha256(new TextEncoder().encode(text))).toLowerCase();
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
