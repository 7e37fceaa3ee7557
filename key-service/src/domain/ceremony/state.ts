/** The state of a ceremony from its script and events. Pure: the same events give the same state, on any machine, any day. */
import type { CeremonyRole, CeremonyScript, CeremonyStep } from '@rhc/hsm-config';
import type { CeremonyEvent, CeremonyMode, PlannedVersion, WrittenEvent } from './events.ts';

export interface TakenRole {
  readonly role: CeremonyRole;
  readonly person: string;
  readonly principal: string;
  readonly at: string;
}
export interface EnteredPart {
  readonly index: number;
  readonly person: string;
  readonly kcv: string;
}
export interface KeyProgress {
  readonly parts: readonly EnteredPart[];
  readonly kcv: string | null;
  readonly block: string | null;
  /** Grows with each rejection and discarded part, so that what is done again has another name. */
  readonly round: number;
}
export interface Act {
  readonly role: CeremonyRole;
  readonly person: string;
  readonly at: string;
}
export interface StepProgress {
  readonly done: boolean;
  readonly doneAt: string | null;
  readonly round: number;
  readonly acts: readonly Act[];
  readonly keys: ReadonlyMap<string, KeyProgress>;
}
export interface Interruption {
  readonly person: string;
  readonly reason: string;
  readonly at: string;
  readonly resumedAt: string | null;
}

export interface CeremonyState {
  readonly phase: 'open' | 'interrupted' | 'completed' | 'abandoned';
  readonly mode: CeremonyMode;
  readonly scriptHash: string;
  readonly versions: readonly PlannedVersion[];
  readonly openedBy: string;
  readonly openedAt: string;
  readonly endedAt: string | null;
  readonly people: readonly TakenRole[];
  readonly token: { readonly label: string; readonly serial: string; readonly model: string } | null;
  readonly steps: ReadonlyMap<string, StepProgress>;
  readonly confirmed: ReadonlySet<string>;
  readonly activated: ReadonlySet<string>;
  readonly exceptions: readonly (Extract<CeremonyEvent, { kind: 'exception' }> & { readonly at: string })[];
  readonly interruptions: readonly Interruption[];
  /** Number of events. */
  readonly length: number;
}

export const NO_KEY: KeyProgress = { parts: [], kcv: null, block: null, round: 0 };
const NO_STEP: StepProgress = { done: false, doneAt: null, round: 0, acts: [], keys: new Map() };

export const stepOf = (state: CeremonyState, id: string): StepProgress => state.steps.get(id) ?? NO_STEP;
export const keyOf = (state: CeremonyState, step: string, key: string): KeyProgress =>
  stepOf(state, step).keys.get(key) ?? NO_KEY;

/** The first step that is not done; null when all are. */
export const currentStep = (script: CeremonyScript, state: CeremonyState): CeremonyStep | null =>
  script.steps.find((step) => !stepOf(state, step.id).done) ?? null;

export function stateOf(script: CeremonyScript, events: readonly WrittenEvent[]): CeremonyState {
  const [first, ...rest] = events;
  if (first?.event.kind !== 'begun') throw new Error('a ceremony begins with its opening');
  const begun: CeremonyState = {
    phase: 'open',
    mode: first.event.mode,
    scriptHash: first.event.scriptHash,
    versions: first.event.versions,
    openedBy: first.event.person,
    openedAt: first.at,
    endedAt: null,
    people: [],
    token: null,
    steps: new Map(),
    confirmed: new Set(),
    activated: new Set(),
    exceptions: [],
    interruptions: [],
    length: 1,
  };
  return rest.reduce((state, written) => apply(script, state, written), begun);
}

function apply(script: CeremonyScript, state: CeremonyState, { event, at }: WrittenEvent): CeremonyState {
  const next = { ...state, length: state.length + 1 };
  switch (event.kind) {
    case 'begun':
    case 'approved':
      return next;
    case 'role-taken':
      return {
        ...next,
        people: [...state.people, { role: event.role, person: event.person, principal: event.principal, at }],
      };
    case 'acted':
      return withStep(next, event.step, (step) => ({
        ...step,
        acts: [...step.acts, { role: event.role, person: event.person, at }],
      }));
    case 'token-seen':
      return { ...next, token: { label: event.label, serial: event.serial, model: event.model } };
    case 'part-entered':
      return withKey(next, event.step, event.key, (key) => ({
        ...key,
        parts: [...key.parts, { index: event.index, person: event.person, kcv: event.kcv }],
      }));
    case 'part-discarded':
      return withKey(next, event.step, event.key, (key) => ({
        ...key,
        round: key.round + 1,
        parts: key.parts.filter(({ index }) => index !== event.index),
      }));
    case 'key-made':
      return withKey(next, event.step, event.key, (key) => ({ ...key, kcv: event.kcv, block: event.block ?? null }));
    case 'key-rejected':
      return reopened(script, next, event.step, event.key);
    case 'key-confirmed':
      return { ...next, confirmed: new Set([...state.confirmed, event.key]) };
    case 'key-activated':
      return { ...next, activated: new Set([...state.activated, event.key]) };
    case 'step-done':
      return withStep(next, event.step, (step) => ({ ...step, done: true, doneAt: at }));
    case 'exception':
      return { ...next, exceptions: [...state.exceptions, { ...event, at }] };
    case 'interrupted':
      return {
        ...next,
        phase: 'interrupted',
        interruptions: [...state.interruptions, { person: event.person, reason: event.reason, at, resumedAt: null }],
      };
    case 'resumed':
      return {
        ...next,
        phase: 'open',
        interruptions: state.interruptions.map((each) => (each.resumedAt === null ? { ...each, resumedAt: at } : each)),
      };
    case 'abandoned':
      return { ...next, phase: 'abandoned', endedAt: at };
    case 'completed':
      return { ...next, phase: 'completed', endedAt: at };
  }
}

/** A rejected key is made again, and everything from its step on is acted on again; keys that stand keep standing. */
function reopened(script: CeremonyScript, state: CeremonyState, stepId: string, key: string): CeremonyState {
  const at = script.steps.findIndex(({ id }) => id === stepId);
  const cleared = withKey(state, stepId, key, (each) => ({ ...NO_KEY, round: each.round + 1 }));
  return script.steps
    .slice(at)
    .reduce(
      (each, { id }) =>
        withStep(each, id, (step) =>
          step.done || step.acts.length > 0
            ? { ...step, done: false, doneAt: null, acts: [], round: step.round + 1 }
            : step,
        ),
      cleared,
    );
}

function withStep(state: CeremonyState, id: string, change: (step: StepProgress) => StepProgress): CeremonyState {
  return { ...state, steps: new Map([...state.steps, [id, change(stepOf(state, id))]]) };
}

function withKey(
  state: CeremonyState,
  step: string,
  key: string,
  change: (key: KeyProgress) => KeyProgress,
): CeremonyState {
  return withStep(state, step, (each) => ({
    ...each,
    keys: new Map([...each.keys, [key, change(each.keys.get(key) ?? NO_KEY)]]),
  }));
}
