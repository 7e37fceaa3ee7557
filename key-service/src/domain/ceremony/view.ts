/** A ceremony as one caller may see it: everybody sees all, but a part's check value only its custodian. Pure. */
import { CEREMONY_ROLES, type CeremonyStep, type HsmConfig, type WordList } from '@rhc/hsm-config';
import type { CeremonyResponse, CeremonyScriptsResponse, CeremonySummary } from '../../contract/ceremony.ts';
import type { OpenedCeremony } from './ledger.ts';
import { namedKeys } from './needs.ts';
import type { StepApproval } from './orders.ts';
import type { StoredMinutes } from './ports.ts';
import { holders, keysOfStep, partSource, partsNeeded, rolesNeeded, waitingFor } from './rules.ts';
import { type CeremonyState, currentStep, type KeyProgress, keyOf, stepOf } from './state.ts';
import { spoken } from './words.ts';

export function ceremonySummary({ record, book, state }: OpenedCeremony): CeremonySummary {
  return {
    id: record.id,
    script: record.scriptId,
    scriptVersion: book.script.version,
    text: book.script.text,
    mode: state.mode,
    state: state.phase,
    openedAt: state.openedAt,
    openedBy: state.openedBy,
    endedAt: state.endedAt,
  };
}

export interface Viewer {
  /** Principal of the caller. */
  readonly principal: string;
  readonly approval: StepApproval | null;
  readonly token: CeremonyState['token'];
  readonly minutes: (StoredMinutes & { readonly sha256: string }) | null;
}

export function ceremonyView(ceremony: OpenedCeremony, words: WordList, viewer: Viewer): CeremonyResponse {
  const { book, state } = ceremony;
  const step = state.phase === 'open' ? currentStep(book.script, state) : null;
  const mine = state.people.filter(({ principal }) => principal === viewer.principal);
  const own = new Set(mine.map(({ person }) => person));
  return {
    ...ceremonySummary(ceremony),
    hash: state.scriptHash,
    hashWords: spoken(words, state.scriptHash),
    keyVersions: [...state.versions],
    token: viewer.token,
    people: state.people.map((each) => ({ ...each, text: CEREMONY_ROLES[each.role] })),
    rolesNeeded: rolesNeeded(book.script).map(({ role, count }) => ({
      ...{ role, count, text: CEREMONY_ROLES[role] },
      taken: holders(state, role).length,
    })),
    steps: book.script.steps.map((each) => {
      const progress = stepOf(state, each.id);
      return {
        id: each.id,
        kind: each.step,
        text: each.text,
        by: each.by,
        state: progress.done ? 'done' : each.id === step?.id ? 'current' : 'ahead',
        doneAt: progress.doneAt,
        acts: [...progress.acts],
        combine: partSource(each)?.combine ?? null,
        keys: keysOfStep(book, state, each).map((key) => keyView(each, key, state, words, own)),
      };
    }),
    current:
      step === null
        ? null
        : {
            step: step.id,
            text: step.text,
            waitingFor: waitingFor(book, state).map((each) => ({ ...each, keys: [...each.keys] })),
          },
    approval: approvalOf(viewer.approval),
    mine: mine.map(({ role, person }) => ({ role, person })),
    exceptions: state.exceptions.map(({ person, what, why, decision, at }) => ({ person, what, why, decision, at })),
    interruptions: [...state.interruptions],
    blocks: book.script.steps.flatMap(({ id }) =>
      [...stepOf(state, id).keys].flatMap(([key, { block }]) => (block === null ? [] : [{ key, block }])),
    ),
    minutes:
      viewer.minutes === null
        ? null
        : { sha256: viewer.minutes.sha256, words: spoken(words, viewer.minutes.sha256), at: viewer.minutes.at },
  };
}

function approvalOf(approval: StepApproval | null): CeremonyResponse['approval'] {
  if (approval === null) return null;
  const { needed, request } = approval;
  if (request === null) return { needed, request: null };
  const { id, complete, expiresAt, approvedBy, steps } = request;
  return {
    needed,
    request: {
      ...{ id, complete, expiresAt: expiresAt.toISOString(), approvedBy: [...approvedBy] },
      rejects: steps.every(({ operation }) => operation === 'destroy-root'),
      keys: namedKeys(steps),
    },
  };
}

type KeyView = CeremonyResponse['steps'][number]['keys'][number];

function keyView(
  step: CeremonyStep,
  key: string,
  state: CeremonyState,
  words: WordList,
  own: ReadonlySet<string>,
): KeyView {
  const progress: KeyProgress = keyOf(state, step.id, key);
  const source = partSource(step);
  const made = progress.kcv !== null;
  return {
    key,
    state: state.activated.has(key) ? 'active' : state.confirmed.has(key) ? 'confirmed' : made ? 'made' : 'waiting',
    kcv: progress.kcv,
    kcvMethod: step.step === 'exchange-kbpk' ? 'CMAC0' : 'ENC0',
    words: progress.kcv === null ? null : spoken(words, progress.kcv),
    parts: progress.parts.map(({ index, person, kcv }) => {
      const shown = own.has(person);
      return { index, person, kcv: shown ? kcv : null, words: shown ? spoken(words, kcv) : null };
    }),
    partsNeeded: source === null ? 0 : partsNeeded(source),
  };
}

type ScriptView = CeremonyScriptsResponse['scripts'][number];

export function scriptView(
  { ceremony, words }: HsmConfig,
  hash: string,
  whyNot: { zh: string; en: string } | null,
): ScriptView {
  return {
    id: ceremony.id,
    version: ceremony.version,
    text: ceremony.text,
    real: whyNot === null,
    whyNot,
    hash,
    hashWords: spoken(words, hash),
    asksVersion: ceremony.versions === 'asked',
    roles: rolesNeeded(ceremony).map(({ role, count }) => ({ role, count, text: CEREMONY_ROLES[role] })),
    steps: ceremony.steps.map(({ id, step, text, by }) => ({ id, kind: step, text, by })),
  };
}
