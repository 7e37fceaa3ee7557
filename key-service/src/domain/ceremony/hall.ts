/**
 * The ceremony hall: runs any script with the same engine, in rehearsal and for real. An act is checked against script
 * and state, logged, written, and when all who must act have acted, the step's work is done. Every piece may be cut and
 * done again: events have names under which they happen once, and the token's operations are idempotent.
 */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { CeremonyRole, CeremonyScript, CeremonyStep, HsmConfig } from '@rhc/hsm-config';
import type { ApprovalStep } from '../../contract/approvals.ts';
import { takeBlocks } from './block-import.ts';
import type { CeremonyEvent } from './events.ts';
import { partGroup } from './key-labels.ts';
import { type CeremonyHands, CeremonyLedger, type CeremonyLedgerParts, type OpenedCeremony } from './ledger.ts';
import { destruction, isPrivileged, needsOf, orderOf, partOrder, placeOf, used } from './needs.ts';
import type { ActOrder, AskOrder, OpeningOrder, PartOrder, StepApproval } from './orders.ts';
import type { CeremonyApprovals, CeremonyBench, CeremonyRecord, CeremonyRunner } from './ports.ts';
import { rejectionOf, rejectKeys, requireComparison } from './rejection.ts';
import { type Actor, readyForWork, refuseStep, requireAct, requireOpen, requirePart, requireRole } from './rules.ts';
import { type CeremonyState, currentStep, keyOf, stepOf } from './state.ts';
import { stepWork } from './work.ts';

export interface CeremonyHallParts extends CeremonyLedgerParts {
  readonly bench: (record: CeremonyRecord) => Promise<CeremonyBench>;
  readonly approvals: CeremonyApprovals;
  /** @throws why a script may not be run for real here */
  readonly permitReal: (config: HsmConfig) => void;
  /** Told after a real ceremony has put versions on record or activated them. */
  readonly onKeysChanged: () => Promise<void>;
  /** Makes and keeps the minutes of what has happened so far. */
  readonly writeMinutes: (ceremony: OpenedCeremony) => Promise<void>;
}

export class CeremonyHall {
  readonly #parts: CeremonyHallParts;
  readonly #ledger: CeremonyLedger;

  constructor(parts: CeremonyHallParts) {
    this.#parts = parts;
    this.#ledger = new CeremonyLedger(parts);
  }

  get #hands(): CeremonyHands {
    return { ledger: this.#ledger, bench: this.#parts.bench, approvals: this.#parts.approvals };
  }

  get scripts(): readonly HsmConfig[] {
    return this.#parts.scripts;
  }

  scriptHash(script: CeremonyScript): string {
    return this.#ledger.scriptHash(script);
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

  open(order: OpeningOrder): Promise<OpenedCeremony> {
    if (order.mode === 'real') this.#parts.permitReal(this.#ledger.config(order.script));
    return this.#ledger.open(order);
  }

  list(): Promise<OpenedCeremony[]> {
    return this.#ledger.list();
  }

  load(id: string): Promise<OpenedCeremony> {
    return this.#ledger.load(id);
  }

  takeRole(id: string, role: CeremonyRole, actor: Actor): Promise<OpenedCeremony> {
    return this.#ledger.inTurn(id, async (ceremony) => {
      if (requireRole(ceremony.book, ceremony.state, role, actor) === null) return;
      await this.#ledger.append(ceremony, [
        { kind: 'role-taken', role, person: actor.person, principal: actor.principal },
      ]);
    });
  }

  /** One role's act on the current step; the last one does the step's work. */
  act(id: string, order: ActOrder, actor: Actor): Promise<OpenedCeremony> {
    return this.#ledger.inTurn(id, async (ceremony) => {
      const { step, role, acted } = requireAct(ceremony.book, ceremony.state, order.step, actor);
      if (!order.accept) {
        await rejectKeys(this.#hands, ceremony, requireComparison(step, 'accept'), order, actor);
        return;
      }
      const { round } = stepOf(ceremony.state, step.id);
      // Before anything is written: an act that cannot be followed by its work is none.
      const { blocks = {} } = order;
      if (!acted) await this.#parts.approvals.require(orderOf(ceremony, step, needsOf(ceremony, step, blocks)));
      let now = ceremony;
      // Blocks are opened by the act that brings them, so that a refused one leaves the step as it was.
      if (order.blocks !== undefined) now = await takeBlocks(this.#hands, now, step, order.blocks, actor);
      if (!acted)
        now = await this.#ledger.append(now, [{ kind: 'acted', step: step.id, role, person: actor.person, round }]);
      await this.#advance(now, actor.person);
    });
  }

  /** A custodian's own part. */
  async enterPart(id: string, order: PartOrder, actor: Actor): Promise<{ index: number; kcv: string }> {
    let entered: { index: number; kcv: string } | undefined;
    try {
      await this.#ledger.inTurn(id, async (ceremony) => {
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
        await this.#advance(await this.#ledger.append(ceremony, events), actor.person);
      });
    } finally {
      order.part.fill(0);
    }
    return entered as { index: number; kcv: string };
  }

  /** One's own part that was entered wrongly; once the key is made it is rejected as a whole instead. */
  discardPart(id: string, order: { step: string; key: string; reason: string }, actor: Actor): Promise<OpenedCeremony> {
    return this.#ledger.inTurn(id, async (ceremony) => {
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
      const next = await this.#ledger.append(ceremony, [
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
    return this.#ledger.inTurn(id, async (ceremony) => {
      if (ceremony.state.phase === 'completed' || ceremony.state.phase === 'abandoned') requireOpen(ceremony.state);
      await this.#ledger.append(ceremony, [{ kind: 'exception', person: actor.person, ...entry }]);
    });
  }

  interrupt(id: string, reason: string, actor: Actor): Promise<OpenedCeremony> {
    return this.#ledger.inTurn(id, async (ceremony) => {
      requireOpen(ceremony.state);
      const count = ceremony.state.interruptions.length;
      const next = await this.#ledger.append(ceremony, [{ kind: 'interrupted', person: actor.person, reason, count }]);
      await this.#parts.writeMinutes(next);
    });
  }

  resume(id: string, reason: string, actor: Actor): Promise<OpenedCeremony> {
    return this.#ledger.inTurn(id, async (ceremony) => {
      if (ceremony.state.phase !== 'interrupted') requireOpen(ceremony.state);
      else {
        const count = ceremony.state.interruptions.length - 1;
        await this.#ledger.append(ceremony, [{ kind: 'resumed', person: actor.person, reason, count }]);
      }
    });
  }

  abandon(id: string, reason: string, actor: Actor): Promise<OpenedCeremony> {
    return this.#ledger.inTurn(id, async (ceremony) => {
      if (ceremony.state.phase !== 'interrupted') requireOpen(ceremony.state);
      const next = await this.#ledger.append(ceremony, [{ kind: 'abandoned', person: actor.person, reason }]);
      await this.#parts.writeMinutes(next);
    });
  }

  /** Finishes what a cut left half done: a step for which everybody has acted, minutes that were not written. */
  recover(id: string): Promise<OpenedCeremony> {
    return this.#ledger.inTurn(id, async (ceremony) => {
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
        if (now.state.phase === 'open') now = await this.#ledger.append(now, [{ kind: 'completed' }]);
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
        now = await this.#ledger.append(now, used(step, runner));
        for (const piece of work.pieces) now = await this.#ledger.append(now, await piece());
        // Logged and written first, then effective: a cut in between is made good by doing it again.
        await work.afterwards?.(now);
        if (work.changesKeys === true && now.record.mode === 'real') await this.#parts.onKeysChanged();
      }
      const { round } = stepOf(now.state, step.id);
      now = await this.#ledger.append(now, [{ kind: 'step-done', step: step.id, round }]);
      await this.#parts.approvals.close({ mode, place });
    }
  }

  /** A request that names all that the current step is going to do, or what a rejection destroys. */
  ask(id: string, order: AskOrder): Promise<OpenedCeremony> {
    return this.#ledger.inTurn(id, async (ceremony) => {
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

  /** The token that was confirmed; while people are to confirm it, the one that is attached. */
  async token({ book, record, state }: OpenedCeremony): Promise<CeremonyState['token']> {
    const step = state.phase === 'open' ? currentStep(book.script, state) : null;
    if (state.token !== null || step?.step !== 'attach-token') return state.token;
    // Without it the room still opens: whoever confirms is told why it cannot be reached.
    const bench = await this.#parts.bench(record).catch(() => null);
    if (bench === null) return null;
    const { label, serial, model } = bench.hsm.token;
    return { label, serial, model };
  }

  async #needs(ceremony: OpenedCeremony, step: CeremonyStep, { reject, blocks }: AskOrder): Promise<ApprovalStep[]> {
    if (reject === undefined) return needsOf(ceremony, step, blocks);
    const bench = await this.#parts.bench(ceremony.record);
    return (await rejectionOf(ceremony, requireComparison(step, 'reject'), reject, bench)).roots.map(destruction);
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
}
