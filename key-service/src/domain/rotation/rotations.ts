/**
 * Rotations carried out. Every step may be cut anywhere and run again: what is done is seen from the token, the versions
 * and the steps on record, and each leaf of the audit log has a name of its own, so that it is written once.
 */
import { createHash } from 'node:crypto';
import { bytesToHex } from '@rhc/card/bytes';
import type { Text } from '@rhc/card/errors';
import type { Hierarchy } from '@rhc/hsm-config';
import { canonicalJson } from '../../audit/leaf.ts';
import type { ApprovalStep } from '../../contract/approvals.ts';
import type {
  DryRunResponse,
  PlanRotationRequest,
  RotationEvidence,
  RotationView,
  SightingsRequest,
} from '../../contract/rotation.ts';
import { keyServiceErrors } from '../../errors.ts';
import type { HsmPort } from '../../hsm/port.ts';
import { rootLabel, slotOf } from '../hierarchy.ts';
import type { KeyLife, KeyLifeStore } from '../key-life.ts';
import type { AuditPort, KeyVersionStore } from '../ports.ts';
import type { Approvals, StepContext } from '../quorum/approvals.ts';
import { evidenceOf, type FieldReports } from './evidence.ts';
import { dryRun, plannedSlots, type Rotation, type RotationFacts, type RotationPlan } from './plan.ts';

export interface RotationStep {
  readonly step: string;
  readonly slot: string | null;
  readonly at: Date;
  readonly actor: string;
  readonly text: Text;
  readonly logIndex: number | null;
}
export interface RotationStore {
  /** @throws KEY_MOVED_MEANWHILE when a slot is in another rotation: the database's rule */
  add(rotation: Rotation): Promise<void>;
  find(id: string): Promise<Rotation | null>;
  list(): Promise<Rotation[]>;
  /** False when it was not in `from` any more. Ending it frees its slots. */
  turn(id: string, from: Rotation['state'], to: Rotation['state'], activatedAt?: Date): Promise<boolean>;
  rememberApproval(id: string, step: 'prepare' | 'retire' | 'roll-back', approval: string): Promise<void>;
  /** Terminals of the province use the version from now on. */
  goAhead(rotation: Rotation, province: string, at: Date): Promise<void>;
  allFollow(rotation: Rotation): Promise<void>;
  regional(): Promise<{ slot: string; province: string; version: number }[]>;
  addStep(id: string, step: RotationStep): Promise<void>;
  steps(id: string): Promise<RotationStep[]>;
  report(reporter: string, report: SightingsRequest): Promise<number>;
  reports(): Promise<FieldReports>;
}
export interface RotationRoom {
  readonly store: RotationStore;
  readonly keyLife: KeyLife;
  readonly versions: KeyVersionStore;
  readonly records: KeyLifeStore['records'];
  readonly approvals: Approvals;
  readonly hsm: Pick<HsmPort, 'run'>;
  readonly audit: AuditPort;
  readonly hierarchy: () => Hierarchy;
  readonly suites: readonly string[];
  /** Cards that were loaded with a version by this system. */
  readonly loaded: (key: { slot: string; version: number }) => Promise<number>;
  readonly now: () => Date;
  readonly newId: () => string;
  /** Told after each change, to read the versions anew. */
  readonly onChange: () => Promise<void>;
}

const LIVE: readonly Rotation['state'][] = ['planned', 'prepared', 'activating', 'watching'];
const planHash = (plan: RotationPlan): string => createHash('sha256').update(canonicalJson(plan)).digest('hex');
const old = ({ plan }: Rotation): string => plan.slots.map(({ slot, from }) => `${slot}#${from}`).join(', ');
const refused = (zh: string, en: string) =>
  keyServiceErrors.make('ROTATION_REFUSED', { detail: en, fields: [{ field: 'rotation', rule: { zh, en } }] });

/** Whoever wants a step, and why; the plan's reason where none is given. */
interface Asker {
  readonly by: string;
  readonly reason: string | undefined;
}

export class Rotations {
  readonly #room: RotationRoom;

  constructor(room: RotationRoom) {
    this.#room = room;
    const { approvals } = room;
    const idOf = (parameters: ApprovalStep['parameters']) => String(parameters.rotation ?? '');
    approvals.carriesOut('carry-out-rotation', async (parameters, context) => {
      const rotation = await this.find(idOf(parameters));
      if (parameters.planSha256 !== planHash(rotation.plan)) throw refused('计划已被改动', 'the plan has been changed');
      await this.#recordPrepared(rotation, context.requester);
      return { prepared: rotation.plan.slots.length };
    });
    approvals.carriesOut('retire-versions', async (parameters, context) => {
      await this.#retire(await this.find(idOf(parameters)), Number(parameters.waiting), context);
      return { retired: true };
    });
    approvals.carriesOut('roll-back-rotation', async (parameters, context) => {
      await this.#rollBack(await this.find(idOf(parameters)), context);
      return { rolledBack: true };
    });
  }

  async find(id: string): Promise<Rotation> {
    const found = await this.#room.store.find(id);
    if (found === null) throw keyServiceErrors.make('ROTATION_UNKNOWN', { detail: id });
    return found;
  }

  async dryRun(order: PlanRotationRequest): Promise<DryRunResponse> {
    return dryRun(order, await this.#facts(order));
  }

  /** @throws ROTATION_REFUSED with what the dry run has against it */
  async plan(order: PlanRotationRequest, by: string): Promise<Rotation> {
    const { audit, newId, now, records, store } = this.#room;
    const { faults } = await this.dryRun(order);
    if (faults.length > 0) {
      throw keyServiceErrors.make('ROTATION_REFUSED', { fields: faults.map((rule) => ({ field: 'rotation', rule })) });
    }
    const { version: _, slots: __, ...rest } = order;
    const plan: RotationPlan = { ...rest, slots: plannedSlots(order, await records()) };
    const made = { id: newId(), state: 'planned', plan, createdAt: now(), createdBy: by } as const;
    const rotation: Rotation = { ...made, activatedAt: null, provinces: {}, approvals: {} };
    await audit.record(
      'rotation-planned',
      { rotation: rotation.id, by, planSha256: planHash(plan) },
      `rotation-planned/${rotation.id}`,
    );
    await store.add(rotation);
    return rotation;
  }

  /** Asks for the approval that makes the new keys; without a roster in the token they are made at once. */
  async prepare(id: string, by: string, reason?: string): Promise<Rotation> {
    const rotation = await this.find(id);
    if (rotation.state !== 'planned') return rotation;
    const { plan } = rotation;
    const makes = plan.source === 'generate' ? plan.slots.map((each) => this.#generateStep(plan, each)) : [];
    if (!(await this.#room.approvals.hasRoster())) {
      for (const { parameters } of makes) {
        const { root, usage, suite } = parameters as { root: string; usage: 'derive' | 'encrypt'; suite: 'intl-128' };
        await this.#room.hsm.run('generate-root', { root, usage, suite });
      }
      await this.#recordPrepared(rotation, by);
      return this.find(id);
    }
    const carryOut: ApprovalStep = {
      operation: 'carry-out-rotation',
      parameters: {
        rotation: id,
        planSha256: planHash(plan),
        slots: plan.slots.map(({ slot, from, to }) => `${slot} ${from}→${to}`).join(', '),
        activateAt: plan.activateAt,
        regions: plan.regions.map(({ province, activateAt }) => `${province} ${activateAt}`).join(', '),
      },
    };
    return this.#ask(rotation, 'prepare', { by, reason }, [...makes, carryOut]);
  }

  async retire(id: string, by: string, reason?: string): Promise<Rotation> {
    const rotation = await this.find(id);
    if (rotation.state !== 'watching')
      throw refused('只有已启用的轮换可以退役旧版本', 'only an activated rotation can retire');
    const waiting = await this.waiting(rotation);
    const parameters = { rotation: id, versions: old(rotation), waiting };
    if (waiting > rotation.plan.retireBelow && !(await this.#room.approvals.hasRoster())) {
      throw keyServiceErrors.make('KEY_IN_FIELD', { detail: `${waiting} wait` });
    }
    return this.#askOrDo(rotation, 'retire', { by, reason }, { operation: 'retire-versions', parameters }, (context) =>
      this.#retire(rotation, waiting, context),
    );
  }

  async rollBack(id: string, by: string, reason?: string): Promise<Rotation> {
    const rotation = await this.find(id);
    if (!LIVE.includes(rotation.state)) throw refused('已经结束,不能回退', 'has ended and cannot be rolled back');
    const parameters = { rotation: id, versions: old(rotation) };
    return this.#askOrDo(
      rotation,
      'roll-back',
      { by, reason },
      { operation: 'roll-back-rotation', parameters },
      (context) => this.#rollBack(rotation, context),
    );
  }

  /** Carries out what is due. Several nodes may call it: each part of it can be done twice without harm. */
  async tick(): Promise<void> {
    for (const rotation of await this.#room.store.list()) {
      if (rotation.state === 'prepared' || rotation.state === 'activating') await this.activateDue(rotation.id);
    }
  }

  async activateDue(id: string): Promise<Rotation> {
    const { store, now, onChange } = this.#room;
    const rotation = await this.find(id);
    if (rotation.state !== 'prepared' && rotation.state !== 'activating') return rotation;
    const { plan } = rotation;
    for (const { province, activateAt } of plan.regions) {
      if (new Date(activateAt) > now() || rotation.provinces[province] !== undefined) continue;
      await this.#step(rotation, `activate ${province}`, null, 'schedule', {
        zh: `省份 ${province} 启用新版本`,
        en: `province ${province} uses the new versions`,
      });
      await store.goAhead(rotation, province, now());
      await store.turn(id, 'prepared', 'activating');
      await onChange();
    }
    if (new Date(plan.activateAt) > now()) return this.find(id);
    for (const { slot, to } of plan.slots) {
      const record = (await this.#room.records()).find((each) => each.slot === slot && each.version === to);
      if (record?.state === 'pre-active') {
        await this.#room.keyLife.moveUnlessMoved({ slot, version: to }, 'active', {
          actor: 'schedule',
          reason: `rotation ${id}`,
        });
      }
      await this.#step(rotation, 'activate', slot, 'schedule', {
        zh: `启用 ${slot}#${to}`,
        en: `${slot}#${to} is active`,
      });
    }
    await store.allFollow(rotation);
    const { state } = await this.find(id);
    if (state === 'prepared' || state === 'activating') await store.turn(id, state, 'watching', now());
    await onChange();
    return this.find(id);
  }

  async evidence(rotation: Rotation): Promise<RotationEvidence[]> {
    const reports = await this.#room.store.reports();
    return Promise.all(
      rotation.plan.slots.map(async (change) => {
        const loaded = await this.#room.loaded({ slot: change.slot, version: change.from });
        return evidenceOf(change, reports, loaded, rotation.plan.monthlyContact);
      }),
    );
  }

  /** The most of any slot: a card waits as long as one of its slots does. */
  async waiting(rotation: Rotation): Promise<number> {
    return Math.max(0, ...(await this.evidence(rotation)).map(({ waiting }) => waiting));
  }

  report(reporter: string, report: SightingsRequest): Promise<number> {
    return this.#room.store.report(reporter, report);
  }

  async list(): Promise<RotationView[]> {
    return Promise.all((await this.#room.store.list()).map((rotation) => this.view(rotation)));
  }

  async view(rotation: Rotation): Promise<RotationView> {
    const records = await this.#room.records();
    const { plan, state } = rotation;
    const waiting = state === 'watching' ? await this.waiting(rotation) : 0;
    const slots = plan.slots.map(({ slot, from, to }) => {
      const find = (version: number) => records.find((each) => each.slot === slot && each.version === version);
      return {
        ...{ slot, from, to, toSuite: plan.suite },
        fromSuite: find(from)?.suite ?? plan.suite,
        kcv: find(to)?.kcv ?? null,
        fromState: find(from)?.state ?? 'destroyed',
        toState: find(to)?.state ?? null,
      };
    });
    const next: RotationView['next'] = [];
    if (state === 'planned') next.push('prepare');
    if (state === 'prepared' || state === 'activating') next.push('activate');
    if (state === 'watching') next.push('retire');
    if (LIVE.includes(state)) next.push('roll-back');
    const steps = await this.#room.store.steps(rotation.id);
    const approvals = await Promise.all(
      (Object.entries(rotation.approvals) as [RotationView['approvals'][number]['step'], string][]).map(
        async ([step, approval]) => ({ step, approval, state: (await this.#room.approvals.find(approval)).state }),
      ),
    );
    return {
      ...{ id: rotation.id, state, slots, next, reason: plan.reason, createdBy: rotation.createdBy },
      createdAt: rotation.createdAt.toISOString(),
      activateAt: plan.activateAt,
      regions: plan.regions.map((each) => ({ ...each, activatedAt: rotation.provinces[each.province] ?? null })),
      activatedAt: rotation.activatedAt?.toISOString() ?? null,
      monthlyContact: plan.monthlyContact,
      retireBelow: plan.retireBelow,
      steps: steps.map((each) => ({ ...each, at: each.at.toISOString() })),
      approvals,
      blocked:
        waiting > plan.retireBelow
          ? [
              {
                zh: `还有 ${waiting} 张卡或 SAM 需要旧版本`,
                en: `${waiting} cards or SAMs still need the old versions`,
              },
            ]
          : [],
    };
  }

  #generateStep(plan: RotationPlan, { slot, to }: RotationPlan['slots'][number]): ApprovalStep {
    const usage = slotOf(this.#room.hierarchy(), slot).purpose === 'security-code' ? 'encrypt' : 'derive';
    return { operation: 'generate-root', parameters: { root: rootLabel(slot, to), usage, suite: plan.suite } };
  }

  async #recordPrepared(rotation: Rotation, actor: string): Promise<void> {
    const { hsm, now, onChange, store, versions } = this.#room;
    const inToken = new Map((await hsm.run('describe-roots', null)).map(({ root, kcv }) => [root, bytesToHex(kcv)]));
    for (const { slot, to } of rotation.plan.slots) {
      const kcv = inToken.get(rootLabel(slot, to));
      if (kcv === undefined) throw keyServiceErrors.make('KEY_MISSING', { detail: rootLabel(slot, to) });
      await this.#step(rotation, 'prepare', slot, actor, {
        zh: `${slot}#${to} 已在密码机中(校验值 ${kcv}),此后装入新卡与 SAM`,
        en: `${slot}#${to} is in the HSM (check value ${kcv}) and goes onto new cards and SAMs`,
      });
      await versions.addPreActive({ slot, version: to, suite: rotation.plan.suite, kcv, kcvMethod: 'ENC0' }, now());
    }
    await store.turn(rotation.id, 'planned', 'prepared');
    await onChange();
  }

  /** @throws KEY_IN_FIELD when more wait now than the approvers were told */
  async #retire(rotation: Rotation, told: number, context: StepContext): Promise<void> {
    const { keyLife, records, store } = this.#room;
    const waiting = await this.waiting(rotation);
    if (waiting > Math.max(told, rotation.plan.retireBelow)) {
      throw keyServiceErrors.make('KEY_IN_FIELD', { detail: `${waiting} wait, ${told} were approved` });
    }
    for (const { slot, from } of rotation.plan.slots) {
      const record = (await records()).find((each) => each.slot === slot && each.version === from);
      await this.#step(rotation, 'retire', slot, context.requester, {
        zh: `${slot}#${from} 排定 30 天后销毁(仍需要它的:${waiting})`,
        en: `${slot}#${from} is to be destroyed in 30 days (${waiting} still need it)`,
      });
      if (record === undefined || record.destroyAt !== null || record.state === 'destroyed') continue;
      const by = { actor: context.requester, reason: `rotation ${rotation.id} [${context.approval}]` };
      // Evidence speaks: where nobody waits no override is needed.
      await keyLife.scheduleDestruction({ slot, version: from }, by, {
        approvers: context.approvers,
        evidence: waiting,
      });
    }
    await store.turn(rotation.id, 'watching', 'retired');
  }

  async #rollBack(rotation: Rotation, context: StepContext): Promise<void> {
    const { keyLife, onChange, store } = this.#room;
    for (const { slot, from, to } of rotation.plan.slots) {
      await this.#step(rotation, 'roll-back', slot, context.requester, {
        zh: `${slot} 回到版本 ${from};${to} 仍服务已换的卡`,
        en: `${slot} is back at version ${from}; ${to} goes on serving cards that hold it`,
      });
      const by = { actor: context.requester, reason: `roll back ${rotation.id} [${context.approval}]` };
      await keyLife.reinstate({ slot, version: from }, by);
    }
    await store.allFollow(rotation);
    const { state } = await this.find(rotation.id);
    if (LIVE.includes(state)) await store.turn(rotation.id, state, 'rolled-back');
    await onChange();
  }

  async #askOrDo(
    rotation: Rotation,
    name: 'retire' | 'roll-back',
    who: Asker,
    step: ApprovalStep,
    work: (context: StepContext) => Promise<void>,
  ): Promise<Rotation> {
    if (await this.#room.approvals.hasRoster()) return this.#ask(rotation, name, who, [step]);
    const { by: requester, reason = rotation.plan.reason } = who;
    await work({ step: 0, approval: 'no roster', requester, reason, approvers: [] });
    return this.find(rotation.id);
  }

  /** One request for a step while it is open. */
  async #ask(
    rotation: Rotation,
    name: 'prepare' | 'retire' | 'roll-back',
    { by, reason = rotation.plan.reason }: Asker,
    steps: readonly ApprovalStep[],
  ): Promise<Rotation> {
    const { approvals, store } = this.#room;
    const earlier = rotation.approvals[name];
    if (earlier !== undefined) {
      const { state } = await approvals.find(earlier);
      if (state === 'open' || state === 'executing') return rotation;
    }
    const order = { requester: by, reason, steps, expiresInMinutes: 7 * 24 * 60 };
    await store.rememberApproval(rotation.id, name, (await approvals.request(order)).id);
    return this.find(rotation.id);
  }

  async #step(rotation: Rotation, step: string, slot: string | null, actor: string, text: Text): Promise<void> {
    const { audit, now, store } = this.#room;
    const name = `rot/${rotation.id}/${step}/${slot ?? ''}`.slice(0, 64);
    const log = await audit.record('rotation-step', { rotation: rotation.id, step, slot, actor, text: text.en }, name);
    await store.addStep(rotation.id, { step, slot, at: now(), actor, text, logIndex: log.index });
  }

  async #facts(order: PlanRotationRequest): Promise<RotationFacts> {
    const { hierarchy, loaded, now, records, store, suites } = this.#room;
    const all = await records();
    const { populations } = await store.reports();
    const sum = (kind: 'card' | 'sam') =>
      populations.filter((each) => each.kind === kind).reduce((total, each) => total + each.total, 0);
    const counts = await Promise.all(plannedSlots(order, all).map(({ slot, from }) => loaded({ slot, version: from })));
    return {
      records: all,
      provinces: hierarchy().provinces.map(({ code }) => code),
      suites,
      busy: (await store.list())
        .filter(({ state }) => LIVE.includes(state))
        .flatMap(({ plan }) => plan.slots.map(({ slot }) => slot)),
      cards: Math.max(sum('card'), 0, ...counts),
      sams: sum('sam'),
      now: now(),
    };
  }
}
