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
import type { ApprovalStep } from '../../contract/approvals.ts';
import { keyServiceErrors } from '../../errors.ts';
import type { Sha256 } from '../personalization.ts';
import type { AuditPort } from '../ports.ts';
import type { CeremonyEvent, CeremonyMode, PlannedVersion, WrittenEvent } from './events.ts';
import { eventKey } from './events.ts';
import { partGroup } from './key-labels.ts';
import { eventAction, eventDetails } from './minutes.ts';
import {
  type Blocks,
  blockOrder,
  destruction,
  isPrivileged,
  needsOf,
  partOrder,
  placeOf,
  rootsToDestroy,
} from './needs.ts';
import type {
  ApprovalOrder,
  CeremonyApprovals,
  CeremonyBench,
  CeremonyRecord,
  CeremonyRunner,
  CeremonyStore,
  StandingApproval,
} from './ports.ts';
import {
  type Actor,
  type CeremonyBook,
  type KeyToConfirm,
  keysToConfirm,
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

/** Asks people to approve what the current step is going to do, or a rejection. */
export interface AskOrder {
  readonly step: string;
  readonly reason: string;
  readonly requester: string;
  /** Keys to be rejected; absent: the step itself. */
  readonly reject?: readonly string[] | undefined;
  readonly blocks?: Blocks | undefined;
}
/** What the room shows of approvals for its current step. */
export interface StepApproval {
  /** The step itself cannot be done without. */
  readonly needed: boolean;
  readonly request: StandingApproval | null;
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
      // Before anything is written: an act that cannot be followed by its work is none.
      const { blocks = {} } = order;
      if (!acted) await this.#parts.approvals.require(orderOf(ceremony, step, needsOf(ceremony, step, blocks)));
      let now = ceremony;
      // Blocks are opened by the act that brings them, so that a refused one leaves the step as it was.
      if (order.blocks !== undefined) now = await this.#takeBlocks(now, step, order.blocks, actor);
      if (!acted) now = await this.#append(now, [{ kind: 'acted', step: step.id, role, person: actor.person, round }]);
      await this.#advance(now, actor.person);
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
        const needs = needsOf(ceremony, step);
        const runner = await this.#runner(ceremony, step, needs, bench, actor.person);
        const { part, checkValue } = order;
        const expectedKcv = checkValue === undefined ? null : hexToBytes(checkValue);
        const own = partOrder(ceremony, step, source, order.key, { index, part, expectedKcv });
        const answer = await runner.hsm.run('enter-part', own);
        const kcv = bytesToHex(answer.kcv);
        entered = { index, kcv };
        const events: CeremonyEvent[] = [
          ...used(step, runner),
          { kind: 'part-entered', step: step.id, key: order.key, index, person: actor.person, kcv, round },
        ];
        if (answer.made !== null) {
          const made = bytesToHex(answer.made.kcv);
          events.push({ kind: 'key-made', step: step.id, key: order.key, kcv: made, how: source.combine, round });
        }
        await this.#advance(await this.#append(ceremony, events), actor.person);
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
      if (ceremony.state.phase === 'open') await this.#advance(ceremony, 'recovery');
      else await this.#parts.writeMinutes(ceremony);
    });
  }

  minutes(id: string) {
    return this.#parts.store.minutes(id);
  }

  /** Does the work of every step that is ready for it, in order. */
  async #advance(ceremony: OpenedCeremony, by: string): Promise<void> {
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
      const needs = needsOf(now, step);
      const runner = await this.#runner(now, step, needs, bench, by);
      const approvedBench = { ...bench, hsm: runner.hsm };
      const desk = { bench: approvedBench, now: this.#parts.now, approved: runner.record.bind(runner) };
      const work = stepWork(step, { ...desk, ceremony: now });
      const { place, mode } = orderOf(now, step, needs);
      if (work !== null) {
        now = await this.#append(now, used(step, runner));
        for (const piece of work.pieces) now = await this.#append(now, await piece());
        // Logged and written first, then effective: a cut in between is made good by doing it again.
        await work.afterwards?.(now);
        if (work.changesKeys === true && now.record.mode === 'real') await this.#parts.onKeysChanged();
      }
      const { round } = stepOf(now.state, step.id);
      now = await this.#append(now, [{ kind: 'step-done', step: step.id, round }]);
      await this.#parts.approvals.close({ mode, place });
    }
  }

  async #takeBlocks(
    ceremony: OpenedCeremony,
    step: CeremonyStep,
    blocks: Blocks,
    actor: Actor,
  ): Promise<OpenedCeremony> {
    if (step.step !== 'import-key-blocks') {
      throw refuseStep('blocks', '这一步不导入密钥块', 'this step takes in no key blocks');
    }
    const bench = await this.#parts.bench(ceremony.record);
    const orders = Object.entries(blocks).map(([key, block]) => ({
      key,
      ...blockOrder(ceremony.book, step, key, block),
    }));
    const runner = await this.#runner(ceremony, step, needsOf(ceremony, step, blocks), bench, actor.person);
    let now = await this.#append(ceremony, used(step, runner));
    for (const { key, ...input } of orders) {
      const made = await runner.hsm.run('import-key-block', input);
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
    const bench = await this.#parts.bench(ceremony.record);
    const { rejected, roots } = await this.#rejection(ceremony, step, order.keys, bench);
    const { person } = actor;
    const needs = roots.map(destruction);
    const runner = await this.#runner(ceremony, step, needs, bench, person);
    // What may be refused comes first: parts of a key that stays would be lost for nothing.
    for (const root of roots) await runner.hsm.run('destroy-root', { root });
    for (const { key } of rejected) {
      await runner.hsm.run('discard-parts', { group: partGroup(ceremony.record.id, key), index: null });
    }
    bench.hsm.renew();
    const events = rejected.map(({ step: made, key }): CeremonyEvent => {
      const { round } = keyOf(ceremony.state, made.id, key);
      return { kind: 'key-rejected', step: made.id, key, person, reason, round };
    });
    const what = `rejected: ${rejected.map(({ key }) => key).join(', ')}`;
    await this.#append(ceremony, [
      ...used(step, runner),
      ...events,
      { kind: 'exception', person, what, why: reason, decision: 'made again' },
    ]);
    const { place, mode } = orderOf(ceremony, step, needs);
    await this.#parts.approvals.close({ mode, place });
  }

  async #rejection(
    ceremony: OpenedCeremony,
    step: Extract<CeremonyStep, { step: 'confirm-kcv' }>,
    keys: readonly string[] | undefined,
    bench: CeremonyBench,
  ): Promise<{ rejected: KeyToConfirm[]; roots: string[] }> {
    const shown = keysToConfirm(ceremony.book, ceremony.state, step);
    const rejected = keys === undefined ? shown : shown.filter(({ key }) => keys.includes(key));
    if (rejected.length === 0) throw refuseStep('keys', '没有要驳回的密钥', 'no key to reject');
    const recorded = new Set((await bench.versions.all()).map(({ slot, version }) => `${slot}#${version}`));
    return { rejected, roots: rootsToDestroy(ceremony, rejected, recorded) };
  }

  /** A request that names all that the current step is going to do, or what a rejection destroys. */
  ask(id: string, order: AskOrder): Promise<OpenedCeremony> {
    return this.#inTurn(id, async (ceremony) => {
      requireOpen(ceremony.state);
      const step = currentStep(ceremony.book.script, ceremony.state);
      if (step === null || step.id !== order.step) {
        throw refuseStep('step', `当前步骤是 ${step?.id}`, `the current step is ${step?.id}`);
      }
      if (!(await this.#parts.approvals.asks(ceremony.record))) {
        throw refuseStep('step', '本仪式不需要批准', 'no approvals are asked for in this ceremony');
      }
      const needs = await this.#needs(ceremony, step, order);
      if (needs.length === 0) throw refuseStep('step', '这一步没有须批准的操作', 'nothing in this step needs approval');
      await this.#parts.approvals.ask(orderOf(ceremony, step, needs), order);
    });
  }

  /** Null where nobody is asked. */
  async approval(ceremony: OpenedCeremony): Promise<StepApproval | null> {
    const step = ceremony.state.phase === 'open' ? currentStep(ceremony.book.script, ceremony.state) : null;
    if (step === null || !(await this.#parts.approvals.asks(ceremony.record))) return null;
    const request = await this.#parts.approvals.standing(placeOf(ceremony, step.id));
    return { needed: isPrivileged(ceremony, step), request };
  }

  async #needs(ceremony: OpenedCeremony, step: CeremonyStep, { reject, blocks }: AskOrder): Promise<ApprovalStep[]> {
    if (reject === undefined) return needsOf(ceremony, step, blocks);
    if (step.step !== 'confirm-kcv') throw refuseStep('reject', '只有核对步骤可以驳回', 'only a comparison can reject');
    const bench = await this.#parts.bench(ceremony.record);
    return (await this.#rejection(ceremony, step, reject, bench)).roots.map(destruction);
  }

  #runner(
    ceremony: OpenedCeremony,
    step: CeremonyStep,
    needs: readonly ApprovalStep[],
    bench: CeremonyBench,
    by: string,
  ): Promise<CeremonyRunner> {
    return this.#parts.approvals.runner(orderOf(ceremony, step, needs), bench.hsm, by);
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

const orderOf = (ceremony: OpenedCeremony, step: CeremonyStep, needs: readonly ApprovalStep[]): ApprovalOrder => ({
  mode: ceremony.record.mode,
  place: placeOf(ceremony, step.id),
  needs,
});

const used = ({ id }: CeremonyStep, { reference }: CeremonyRunner): CeremonyEvent[] =>
  reference === null ? [] : [{ kind: 'approved', step: id, ...reference }];

function plannedVersions({ ceremony }: HsmConfig, asked: number | undefined): PlannedVersion[] {
  if (ceremony.versions !== 'asked') {
    if (asked !== undefined) throw refuseStep('keyVersion', '脚本已写明版本', 'the script names its versions');
    return [...ceremony.versions];
  }
  if (asked === undefined) throw refuseStep('keyVersion', '请写明密钥版本', 'name the key version');
  const activates = ceremony.steps.some(({ step }) => step === 'activate');
  return [{ version: asked, state: activates ? 'active' : 'pre-active' }];
}
