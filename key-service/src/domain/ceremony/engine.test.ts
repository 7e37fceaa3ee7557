/** The engine without a token: any order of acts of any people leads to a sound state or is refused with a sentence. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type CeremonyRole, loadCeremonies } from '@rhc/hsm-config';
import fc from 'fast-check';
import { type CeremonyEvent, eventKey, type WrittenEvent } from './events.ts';
import {
  type CeremonyBook,
  holders,
  keysOfStep,
  partSource,
  readyForWork,
  requireAct,
  requireRole,
  waitingFor,
} from './rules.ts';
import { currentStep, keyOf, stateOf, stepOf } from './state.ts';
import { heard, spoken } from './words.ts';

const root = join(__dirname, '../../../../hsm-config');
const configs = loadCeremonies(root, readdirSync(join(root, 'ceremonies')), (path) => readFileSync(path, 'utf8'));
const bookOf = (id: string): CeremonyBook => {
  const found = configs.find(({ ceremony }) => ceremony.id === id);
  if (found === undefined) throw new Error(id);
  return { script: found.ceremony, hierarchy: found.hierarchy };
};
const actor = (person: string) => ({ person, principal: person, mayTake: null });
const at = '2026-11-25T00:00:00.000Z';

class Run {
  readonly book: CeremonyBook;
  readonly events: WrittenEvent[] = [];
  constructor(id: string) {
    this.book = bookOf(id);
    const { script } = this.book;
    const versions = script.versions === 'asked' ? [{ version: 1, state: 'active' as const }] : script.versions;
    this.add({
      kind: 'begun',
      person: 'x',
      mode: 'rehearsal',
      script: id,
      scriptVersion: 1,
      scriptHash: '00',
      versions,
    });
  }
  get state() {
    return stateOf(this.book.script, this.events);
  }
  add(event: CeremonyEvent): void {
    this.events.push({ sequence: this.events.length, at, event, log: { id: eventKey(event), index: null } });
  }
  /** What the hall does, with a token that answers at once. */
  step(): boolean {
    const step = currentStep(this.book.script, this.state);
    if (step === null) return false;
    const [next] = waitingFor(this.book, this.state);
    if (readyForWork(this.book, this.state, step)) {
      for (const key of keysOfStep(this.book, this.state, step)) {
        const { kcv, round } = keyOf(this.state, step.id, key);
        if (kcv === null) this.add({ kind: 'key-made', step: step.id, key, kcv: '000000', how: 'generated', round });
      }
      this.add({ kind: 'step-done', step: step.id, round: stepOf(this.state, step.id).round });
    } else if (next === undefined) return false;
    else if (next.what === 'take-role') {
      const person = `${next.role}-${holders(this.state, next.role).length + 1}`;
      expect(requireRole(this.book, this.state, next.role, actor(person))).toBe('free');
      this.add({ kind: 'role-taken', role: next.role, person, principal: person });
    } else if (next.what === 'enter-part') {
      const [key] = next.keys;
      const source = partSource(step);
      const index = holders(this.state, 'custodian').findIndex(({ person }) => person === next.person) + 1;
      const { round, parts } = keyOf(this.state, step.id, key as string);
      const person = next.person as string;
      this.add({ kind: 'part-entered', step: step.id, key: key as string, index, person, kcv: '111111', round });
      if (source !== null && parts.length + 1 >= (source.threshold ?? source.count)) {
        this.add({ kind: 'key-made', step: step.id, key: key as string, kcv: '222222', how: source.combine, round });
      }
    } else {
      const { role, round } = { role: next.role, round: stepOf(this.state, step.id).round };
      expect(requireAct(this.book, this.state, step.id, actor(next.person as string))).toMatchObject({
        role,
        acted: false,
      });
      this.add({ kind: 'acted', step: step.id, role, person: next.person as string, round });
    }
    return true;
  }
}

describe.each(configs.map(({ ceremony }) => [ceremony.id]))('script %s', (id) => {
  test('comes to its end by doing what it waits for, each event once', () => {
    const run = new Run(id);
    let rounds = 0;
    while (run.step()) expect(++rounds).toBeLessThan(2_000);
    expect(currentStep(run.book.script, run.state)).toBeNull();
    const names = run.events.map(({ event }) => eventKey(event));
    expect(new Set(names).size).toBe(names.length);
  });

  test('the state of the first n events is the state after n events', () => {
    const run = new Run(id);
    const seen = [run.state];
    while (run.step()) seen.push(run.state);
    const total = run.events.length;
    expect(stateOf(run.book.script, run.events.slice(0, 1))).toEqual(seen[0]);
    expect(run.state.length).toBe(total);
  });
});

test('nobody ever has two roles, no role has too many people, whatever is tried', () => {
  const roles: CeremonyRole[] = ['administrator', 'custodian', 'witness', 'officer-a', 'officer-b', 'auditor'];
  const tries = fc.array(fc.tuple(fc.constantFrom(...roles), fc.integer({ min: 1, max: 9 })), { maxLength: 40 });
  fc.assert(
    fc.property(tries, (all) => {
      const run = new Run('provincial');
      for (const [role, number] of all) {
        try {
          if (requireRole(run.book, run.state, role, actor(`p${number}`)) === null) continue;
          run.add({ kind: 'role-taken', role, person: `p${number}`, principal: `p${number}` });
        } catch (error) {
          expect(error).toMatchObject({ code: 'CEREMONY_ROLE_REFUSED' });
        }
      }
      const { people } = run.state;
      expect(new Set(people.map(({ person }) => person)).size).toBe(people.length);
      expect(people.filter(({ role }) => role === 'custodian').length).toBeLessThanOrEqual(3);
      for (const role of roles.filter((each) => each !== 'custodian'))
        expect(holders(run.state, role).length).toBeLessThanOrEqual(1);
    }),
  );
});

test('a rejected key reopens its step and what came after, under other names', () => {
  const run = new Run('components-m-of-n');
  while (currentStep(run.book.script, run.state)?.id !== 'confirm') run.step();
  run.step();
  run.add({ kind: 'key-rejected', step: 'import', key: 'TMK#1', person: 'w', reason: 'r', round: 0 });
  expect(currentStep(run.book.script, run.state)?.id).toBe('import');
  expect(waitingFor(run.book, run.state)[0]).toMatchObject({ what: 'enter-part', keys: ['TMK#1'] });
  expect(keyOf(run.state, 'import', 'MK.MF#1').kcv).not.toBeNull();
  while (run.step());
  const names = run.events.map(({ event }) => eventKey(event));
  expect(new Set(names).size).toBe(names.length);
  expect(currentStep(run.book.script, run.state)).toBeNull();
});

test('somebody of another role is told whose turn it is', () => {
  const run = new Run('pilot');
  while (currentStep(run.book.script, run.state)?.id !== 'import') run.step();
  expect(() => requireAct(run.book, run.state, 'import', actor('witness-1'))).toThrow('CEREMONY_NOT_YOUR_TURN');
  expect(() => requireAct(run.book, run.state, 'activate', actor('officer-a-1'))).toThrow('CEREMONY_STEP_REFUSED');
});

test('three bytes are three words in each language, and are heard back', () => {
  const words = configs[0]?.words;
  if (words === undefined) throw new Error('no words');
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 3, maxLength: 3 }), (value) => {
      const hex = Buffer.from(value).toString('hex').toUpperCase();
      const said = spoken(words, hex);
      expect(said.zh).toHaveLength(3);
      expect(heard(words, said.zh)).toBe(hex);
      expect(heard(words, said.en)).toBe(hex);
    }),
  );
  expect(heard(words, ['没有'])).toBeNull();
});
