/**
 * What a person may do in a ceremony now, and what the ceremony waits for. Pure: guards over script and state, each
 * throwing the sentence that the person reads. One person has one role, so custodian ≠ operator ≠ auditor by itself.
 */
import {
  CEREMONY_ROLES,
  type CeremonyRole,
  type CeremonyScript,
  type CeremonyStep,
  type Hierarchy,
  makesKeys,
  selectedSlots,
} from '@rhc/hsm-config';
import { keyServiceErrors } from '../../errors.ts';
import { type CeremonyState, currentStep, keyOf, stepOf, type TakenRole } from './state.ts';

export interface CeremonyBook {
  readonly script: CeremonyScript;
  readonly hierarchy: Hierarchy;
}

/** Who stands before the machine. `mayTake`: roles that the caller's rights allow; null where nobody signs in (offline room). */
export interface Actor {
  readonly person: string;
  readonly principal: string;
  readonly mayTake: readonly CeremonyRole[] | null;
}

export type PartSource = Readonly<{ combine: 'XOR' | 'SHAMIR'; count: number; threshold?: number | undefined }>;

const refuse = (
  code: 'CEREMONY_ROLE_REFUSED' | 'CEREMONY_NOT_YOUR_TURN' | 'CEREMONY_STEP_REFUSED' | 'CEREMONY_PART_REFUSED',
  field: string,
  zh: string,
  en: string,
): Error => keyServiceErrors.make(code, { detail: `${field}: ${en}`, fields: [{ field, rule: { zh, en } }] });

export const refuseStep = (field: string, zh: string, en: string): Error =>
  refuse('CEREMONY_STEP_REFUSED', field, zh, en);

export function requireOpen(state: CeremonyState): void {
  if (state.phase !== 'open') throw keyServiceErrors.make('CEREMONY_NOT_OPEN', { detail: state.phase });
}

export const rolesNeeded = ({ steps }: CeremonyScript): { role: CeremonyRole; count: number }[] => {
  const [first] = steps;
  return first?.step === 'roll-call' ? first.roles.map(({ role, count }) => ({ role, count })) : [];
};

export const holders = (state: CeremonyState, role: CeremonyRole): TakenRole[] =>
  state.people.filter((each) => each.role === role);

/** Labels of the keys that a step makes: `RK1.DDF1#1`, `RK1.DDF1#1/13` dispersed for a province, `KBPK.name`. */
export function keysOfStep(
  { script, hierarchy }: CeremonyBook,
  state: Pick<CeremonyState, 'versions'>,
  step: CeremonyStep,
): string[] {
  if (step.step === 'exchange-kbpk') return [`KBPK.${step.name}`];
  if (!makesKeys(step) || !('keys' in step)) return [];
  const below = step.step === 'export-key-blocks' ? `/${script.province}` : '';
  return selectedSlots(hierarchy, step.keys).flatMap((slot) =>
    state.versions.map(({ version }) => `${slot}#${version}${below}`),
  );
}

export function partSource(step: CeremonyStep): PartSource | null {
  if (step.step === 'exchange-kbpk') return step;
  return step.step === 'import-components' && step.source.kind === 'custodians' ? step.source : null;
}
export const partsNeeded = (source: PartSource): number => source.threshold ?? source.count;

/** @returns null when the person has the role already */
export function requireRole(book: CeremonyBook, state: CeremonyState, role: CeremonyRole, actor: Actor): 'free' | null {
  requireOpen(state);
  const needed = rolesNeeded(book.script).find((each) => each.role === role);
  const name = CEREMONY_ROLES[role];
  if (needed === undefined)
    throw refuse('CEREMONY_ROLE_REFUSED', 'role', `本脚本没有${name.zh}`, `this script has no ${name.en}`);
  const own = state.people.find(({ person }) => person === actor.person);
  if (own?.role === role) return null;
  if (own !== undefined) {
    const has = CEREMONY_ROLES[own.role];
    throw refuse('CEREMONY_ROLE_REFUSED', 'person', `已担任${has.zh}`, `is ${has.en} already`);
  }
  if (actor.mayTake !== null && !actor.mayTake.includes(role)) {
    throw refuse('CEREMONY_ROLE_REFUSED', 'person', `没有担任${name.zh}的权限`, `has no right to be ${name.en}`);
  }
  if (holders(state, role).length >= needed.count) {
    throw refuse('CEREMONY_ROLE_REFUSED', 'role', `${name.zh}已满员`, `the role ${name.en} is taken`);
  }
  return 'free';
}

function requireCurrent(book: CeremonyBook, state: CeremonyState, stepId: string): CeremonyStep {
  requireOpen(state);
  const step = currentStep(book.script, state);
  if (step === null || step.id !== stepId) {
    throw refuse(
      'CEREMONY_STEP_REFUSED',
      'step',
      `当前步骤是 ${step?.id ?? '(无)'}`,
      `the current step is ${step?.id ?? '(none)'}`,
    );
  }
  return step;
}

export interface AllowedAct {
  readonly step: CeremonyStep;
  readonly role: CeremonyRole;
  readonly acted: boolean;
}

/** One role's act on the current step. */
export function requireAct(book: CeremonyBook, state: CeremonyState, stepId: string, actor: Actor): AllowedAct {
  const step = requireCurrent(book, state, stepId);
  const own = state.people.find(({ person }) => person === actor.person);
  if (own === undefined || !step.by.includes(own.role)) {
    const roles = step.by.map((role) => CEREMONY_ROLES[role]);
    throw refuse(
      'CEREMONY_NOT_YOUR_TURN',
      'person',
      `这一步由${roles.map(({ zh }) => zh).join('、')}执行`,
      `this step is for: ${roles.map(({ en }) => en).join(', ')}`,
    );
  }
  if (partSource(step) !== null)
    throw refuseStep('step', '这一步由保管人输入分量', 'custodians enter parts on this step');
  if (step.step === 'roll-call') {
    const missing = rolesNeeded(book.script).filter(({ role, count }) => holders(state, role).length < count);
    if (missing.length > 0) {
      throw refuseStep(
        'roles',
        `还缺:${missing.map(({ role }) => CEREMONY_ROLES[role].zh).join('、')}`,
        `still missing: ${missing.map(({ role }) => CEREMONY_ROLES[role].en).join(', ')}`,
      );
    }
  }
  const acted = stepOf(state, step.id).acts.some(({ role }) => role === own.role);
  return { step, role: own.role, acted };
}

/** True when every role of the step has acted, or every part is in. */
export function readyForWork(book: CeremonyBook, state: CeremonyState, step: CeremonyStep): boolean {
  const progress = stepOf(state, step.id);
  if (progress.done) return false;
  if (partSource(step) === null) return step.by.every((role) => progress.acts.some((act) => act.role === role));
  return keysOfStep(book, state, step).every((key) => keyOf(state, step.id, key).kcv !== null);
}

export interface AllowedPart {
  readonly step: CeremonyStep;
  readonly source: PartSource;
  readonly index: number;
  readonly round: number;
}

/** A custodian's own part of one key. */
export function requirePart(
  book: CeremonyBook,
  state: CeremonyState,
  order: { readonly step: string; readonly key: string; readonly index?: number | undefined },
  actor: Actor,
): AllowedPart {
  const step = requireCurrent(book, state, order.step);
  const source = partSource(step);
  if (source === null || !keysOfStep(book, state, step).includes(order.key)) {
    throw refuseStep('key', '这一步没有这把密钥的分量', 'this step takes no parts of this key');
  }
  const place = holders(state, 'custodian').findIndex(({ person }) => person === actor.person) + 1;
  if (place === 0) {
    const [zh, en] = ['分量只由保管人本人输入', 'parts are entered by their custodians only'];
    throw refuse('CEREMONY_NOT_YOUR_TURN', 'person', zh, en);
  }
  const progress = keyOf(state, step.id, order.key);
  const own = progress.parts.find(({ person }) => person === actor.person);
  const index = order.index ?? own?.index ?? place;
  if (source.combine === 'XOR' ? index !== place : index > source.count) {
    throw refuse('CEREMONY_PART_REFUSED', 'index', `本人的序号是 ${place}`, `this custodian's place is ${place}`);
  }
  if (own !== undefined && own.index !== index) {
    throw refuse(
      'CEREMONY_PART_REFUSED',
      'index',
      `本人已输入第 ${own.index} 份`,
      `part ${own.index} was entered already`,
    );
  }
  const other = progress.parts.find((part) => part.index === index && part.person !== actor.person);
  if (other !== undefined) {
    throw refuse('CEREMONY_PART_REFUSED', 'index', '该序号已由他人输入', 'this part was entered by somebody else');
  }
  if (progress.kcv !== null && own === undefined) {
    throw refuse(
      'CEREMONY_PART_REFUSED',
      'key',
      '密钥已合成,不需要更多份额',
      'the key is made; no more parts are needed',
    );
  }
  return { step, source, index, round: progress.round };
}

export interface WaitingFor {
  readonly role: CeremonyRole;
  readonly person: string | null;
  readonly what: 'take-role' | 'act' | 'enter-part' | 'confirm';
  readonly keys: readonly string[];
}

export function waitingFor(book: CeremonyBook, state: CeremonyState): WaitingFor[] {
  const step = state.phase === 'open' ? currentStep(book.script, state) : null;
  if (step === null) return [];
  const vacant = rolesNeeded(book.script).flatMap(({ role, count }) =>
    Array.from({ length: Math.max(0, count - holders(state, role).length) }, () => ({
      ...{ role, person: null, what: 'take-role' as const, keys: [] },
    })),
  );
  if (step.step === 'roll-call' && vacant.length > 0) return vacant;
  const source = partSource(step);
  if (source === null) {
    const acted = stepOf(state, step.id).acts;
    return step.by
      .filter((role) => !acted.some((act) => act.role === role))
      .map((role) => ({
        role,
        person: holders(state, role)[0]?.person ?? null,
        what: step.step === 'confirm-kcv' || step.step === 'sign' ? 'confirm' : 'act',
        keys: step.step === 'confirm-kcv' ? keysToConfirm(book, state, step).map(({ key }) => key) : [],
      }));
  }
  const open = keysOfStep(book, state, step).filter((key) => keyOf(state, step.id, key).kcv === null);
  return holders(state, 'custodian').flatMap(({ role, person }) => {
    const keys = open.filter((key) => !keyOf(state, step.id, key).parts.some((part) => part.person === person));
    return keys.length === 0 ? [] : [{ role, person, what: 'enter-part' as const, keys }];
  });
}

export interface KeyToConfirm {
  readonly step: CeremonyStep;
  readonly key: string;
  readonly kcv: string;
}

/** What a confirm-kcv step puts before people. */
export function keysToConfirm(
  book: CeremonyBook,
  state: CeremonyState,
  confirm: Extract<CeremonyStep, { step: 'confirm-kcv' }>,
): KeyToConfirm[] {
  return book.script.steps
    .filter(({ id }) => confirm.of.includes(id))
    .flatMap((step) =>
      keysOfStep(book, state, step).flatMap((key) => {
        const { kcv } = keyOf(state, step.id, key);
        return kcv === null ? [] : [{ step, key, kcv }];
      }),
    );
}
