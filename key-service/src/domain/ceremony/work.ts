/** The work of each kind of step, once everybody has acted: what the token does, and what goes on record. */
import { bytesToHex } from '@rhc/card/bytes';
import type { CeremonyStep } from '@rhc/hsm-config';
import { keyServiceErrors } from '../../errors.ts';
import { rootLabel } from '../hierarchy.ts';
import type { CeremonyEvent } from './events.ts';
import { partGroup, readLabel } from './key-labels.ts';
import type { OpenedCeremony } from './ledger.ts';
import { activation, exportOrder, keysToActivate, rootTarget } from './needs.ts';
import { componentTexts } from './pilot-texts.ts';
import type { CeremonyBench, CeremonyRunner } from './ports.ts';
import { keysOfStep, keysToConfirm, refuseStep } from './rules.ts';
import { keyOf } from './state.ts';

export interface StepWork {
  /** Run one after the other; each gives the events that tell what it did. */
  readonly pieces: readonly (() => Promise<CeremonyEvent[]>)[];
  /** After the events are logged and written. */
  readonly afterwards?: (ceremony: OpenedCeremony) => Promise<void>;
  readonly changesKeys?: boolean;
}

interface Desk {
  readonly ceremony: OpenedCeremony;
  readonly bench: CeremonyBench;
  readonly now: () => Date;
  /** Before a record is changed that the quorum has to agree to. */
  readonly approved: CeremonyRunner['record'];
}

type Work<K extends CeremonyStep['step']> = (step: Extract<CeremonyStep, { step: K }>, desk: Desk) => StepWork | null;

const WORK: { readonly [K in CeremonyStep['step']]: Work<K> } = {
  'roll-call': () => null,
  sign: () => null,
  'exchange-kbpk': () => null,
  'attach-token': attachToken,
  'import-components': importComponents,
  generate,
  'import-key-blocks': requireAllBlocks,
  'export-key-blocks': exportBlocks,
  'confirm-kcv': confirm,
  activate,
};

export const stepWork = (step: CeremonyStep, desk: Desk): StepWork | null =>
  (WORK[step.step] as (step: CeremonyStep, desk: Desk) => StepWork | null)(step, desk);

function attachToken({ id }: CeremonyStep, { bench }: Desk): StepWork {
  const { label, serial, model, knownAnswers } = bench.hsm.token;
  const seen = { label, serial, model, created: bench.tokenCreated, knownAnswers: knownAnswers.length };
  return { pieces: [async () => [{ kind: 'token-seen', step: id, ...seen }]] };
}

/** One piece for all keys that are missing: the token makes each once, and the log takes their leaves together. */
function makeAll(
  step: CeremonyStep,
  { ceremony, bench }: Desk,
  how: 'pilot-text' | 'generated',
  make: (key: string) => Promise<Uint8Array>,
): StepWork {
  const { book, state } = ceremony;
  const keys = keysOfStep(book, state, step).filter((key) => keyOf(state, step.id, key).kcv === null);
  const piece = async () => {
    const events: CeremonyEvent[] = [];
    const destroyed = await destroyedRoots(bench);
    for (const key of keys) {
      if (destroyed.has(rootTarget(book, step, key).root)) continue;
      const kcv = bytesToHex(await make(key));
      const { round } = keyOf(state, step.id, key);
      events.push({ kind: 'key-made', step: step.id, key, kcv, how, round });
    }
    return events;
  };
  return { pieces: [piece] };
}

function importComponents(step: Extract<CeremonyStep, { step: 'import-components' }>, desk: Desk): StepWork | null {
  const { source } = step;
  if (source.kind === 'custodians') return null;
  return makeAll(step, desk, 'pilot-text', async (key) => {
    const target = rootTarget(desk.ceremony.book, step, key);
    const { slot, version } = readLabel(key) as { slot: string; version: number };
    const pilotTexts = componentTexts(source, slot, version);
    return (await desk.bench.hsm.run('import-root', { ...target, pilotTexts })).kcv;
  });
}

function generate(step: Extract<CeremonyStep, { step: 'generate' }>, desk: Desk): StepWork {
  return makeAll(step, desk, 'generated', async (key) => {
    const target = rootTarget(desk.ceremony.book, step, key);
    return (await desk.bench.hsm.run('generate-root', target)).kcv;
  });
}

/** What was destroyed stays so: no ceremony brings a version back. */
async function destroyedRoots({ versions }: CeremonyBench): Promise<ReadonlySet<string>> {
  const gone = (await versions.all()).filter(({ state }) => state === 'destroyed');
  return new Set(gone.map(({ slot, version }) => rootLabel(slot, version)));
}

function requireAllBlocks(step: CeremonyStep, { ceremony }: Desk): StepWork | null {
  const { book, state } = ceremony;
  const missing = keysOfStep(book, state, step).filter((key) => keyOf(state, step.id, key).kcv === null);
  if (missing.length === 0) return null;
  throw refuseStep('blocks', `还缺密钥块:${missing.join('、')}`, `blocks are missing: ${missing.join(', ')}`);
}

function exportBlocks(step: Extract<CeremonyStep, { step: 'export-key-blocks' }>, desk: Desk): StepWork {
  const { ceremony, bench } = desk;
  const { book, state } = ceremony;
  const keys = keysOfStep(book, state, step).filter((key) => keyOf(state, step.id, key).kcv === null);
  const piece = async () => {
    const events: CeremonyEvent[] = [];
    for (const key of keys) {
      const made = await bench.hsm.run('export-key-block', exportOrder(book, step, key));
      const { round } = keyOf(state, step.id, key);
      const kcv = bytesToHex(made.kcv);
      events.push({ kind: 'key-made', step: step.id, key, kcv, how: 'dispersed', round, block: made.block });
    }
    return events;
  };
  return { pieces: [piece] };
}

/** People have compared; now the token's own values are compared once more, and the versions go on record. */
function confirm(step: Extract<CeremonyStep, { step: 'confirm-kcv' }>, { ceremony, bench, now }: Desk): StepWork {
  const { book, state, record } = ceremony;
  const shown = keysToConfirm(book, state, step);
  const compare = async () => {
    const inToken = new Map(
      (await bench.hsm.run('describe-roots', null)).map(({ root, kcv }) => [root, bytesToHex(kcv)]),
    );
    const wrong = shown.filter(({ step: made, key, kcv }) => {
      const label = made.step === 'export-key-blocks' ? null : readLabel(key);
      return label !== null && inToken.get(rootLabel(label.slot, label.version)) !== kcv;
    });
    if (wrong.length > 0) {
      throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail: wrong.map(({ key }) => key).join(', ') });
    }
    return shown.map(({ key, kcv }): CeremonyEvent => ({ kind: 'key-confirmed', step: step.id, key, kcv }));
  };
  const afterwards = async () => {
    for (const { step: made, key, kcv } of shown) {
      await bench.hsm.run('discard-parts', { group: partGroup(record.id, key), index: null });
      const label = made.step === 'export-key-blocks' ? null : readLabel(key);
      if (label === null) continue;
      const { suite, kcvMethod, province } = book.script;
      const dispersed = 'entry' in made && made.entry === 'province' ? (province ?? null) : null;
      const slot = book.hierarchy.slots.find(({ name }) => name === label.slot);
      const found = book.hierarchy.policies.find(({ id }) => id === slot?.policy);
      const policy = found === undefined ? null : policyOf(found);
      const version = {
        slot: label.slot,
        version: label.version,
        suite,
        kcv,
        kcvMethod,
        policy,
        dispersedTo: dispersed,
      };
      await bench.versions.addPreActive(version, now());
    }
  };
  return { pieces: [compare], afterwards, changesKeys: true };
}

type DeclaredPolicy = OpenedCeremony['book']['hierarchy']['policies'][number];
const policyOf = ({ operations, issuers, provinces, dailyCeiling }: DeclaredPolicy) => ({
  ...(operations === undefined ? {} : { operations }),
  ...(issuers === undefined ? {} : { issuers }),
  ...(provinces === undefined ? {} : { provinces }),
  ...(dailyCeiling === undefined ? {} : { dailyCeiling }),
});

function activate(step: CeremonyStep, { ceremony, bench, now, approved }: Desk): StepWork {
  const { book, state, record } = ceremony;
  const keys = keysToActivate(ceremony);
  const check = async () => {
    const recorded = await bench.versions.all();
    const taken = keys.filter(({ slot, version }) =>
      recorded.some((each) => each.slot === slot && each.state === 'active' && each.version !== version),
    );
    if (taken.length > 0) {
      const names = taken.map(({ slot }) => slot).join(', ');
      throw refuseStep('keys', `已有启用版本,请用轮换:${names}`, `another version is active, rotate instead: ${names}`);
    }
    const waiting = keys.filter(({ slot, version }) =>
      recorded.some((each) => each.slot === slot && each.version === version && each.state === 'pre-active'),
    );
    for (const { slot, version } of waiting) await approved(activation(slot, version));
    return waiting.map(({ key }): CeremonyEvent => {
      const kcv = book.script.steps.map(({ id }) => keyOf(state, id, key).kcv).find((each) => each !== null);
      return { kind: 'key-activated', step: step.id, key, kcv: kcv ?? '' };
    });
  };
  const afterwards = async ({ events }: OpenedCeremony) => {
    for (const { key, slot, version } of keys) {
      const told = events.find(({ event }) => event.kind === 'key-activated' && event.key === key);
      const log = told?.log ?? { id: record.id, index: null };
      await bench.versions.activate(slot, version, now(), { script: record.id, log });
    }
  };
  return { pieces: [check], afterwards, changesKeys: true };
}
