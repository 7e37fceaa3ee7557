/**
 * Plays a ceremony through without people: the pilot of `npm start`, and rehearsals in one command. It acts through the
 * same hall as people do, one person for each role; what a real ceremony is about is refused.
 */
import { CEREMONY_ROLES, type CeremonyRole } from '@rhc/hsm-config';
import { keyServiceErrors } from '../../errors.ts';
import type { CeremonyHall } from './hall.ts';
import type { OpenedCeremony } from './ledger.ts';
import { type Actor, holders, waitingFor } from './rules.ts';
import { currentStep } from './state.ts';

/** Parts and blocks that a rehearsal makes up; the pilot needs none. */
export interface RehearsalMaterial {
  part(ceremony: OpenedCeremony, step: string, key: string, place: number): { index: number; part: Uint8Array };
  blocks(ceremony: OpenedCeremony, step: string): Record<string, string>;
}

export interface UnattendedOptions {
  readonly material: RehearsalMaterial | null;
  /** Told before each step. */
  readonly onStep?: (ceremony: OpenedCeremony) => void;
}

const MAX_ROUNDS = 1_000;

const player = (role: CeremonyRole, place: number): Actor => {
  const person = `无人值守·${CEREMONY_ROLES[role].zh}${place > 1 ? place : ''} (unattended ${role})`;
  return { person, principal: 'terminal:unattended', mayTake: null };
};
const named = (person: string): Actor => ({ person, principal: 'terminal:unattended', mayTake: null });

/** @throws CEREMONY_UNATTENDED_REFUSED for a real ceremony whose keys are no public pilot keys */
export async function runUnattended(
  hall: CeremonyHall,
  id: string,
  { material, onStep = () => undefined }: UnattendedOptions,
): Promise<OpenedCeremony> {
  let now = await hall.recover(id);
  if (now.record.mode === 'real' && now.book.script.production !== 'refused') {
    throw keyServiceErrors.make('CEREMONY_UNATTENDED_REFUSED', { detail: id });
  }
  if (now.state.phase === 'interrupted')
    now = await hall.resume(id, 'unattended run goes on', player('administrator', 1));
  let told: string | null = null;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const step = currentStep(now.book.script, now.state);
    if (step === null || now.state.phase !== 'open') return now;
    if (step.id !== told) onStep(now);
    told = step.id;
    const [next] = waitingFor(now.book, now.state);
    if (next === undefined) {
      now = await hall.recover(id);
      continue;
    }
    const { role, what, person } = next;
    if (what === 'take-role') now = await hall.takeRole(id, role, player(role, holders(now.state, role).length + 1));
    else if (what === 'enter-part') {
      const place = holders(now.state, 'custodian').findIndex((each) => each.person === person) + 1;
      for (const key of next.keys) {
        if (material === null) throw keyServiceErrors.make('CEREMONY_UNATTENDED_REFUSED', { detail: step.id });
        await hall.enterPart(
          id,
          { step: step.id, key, ...material.part(now, step.id, key, place) },
          named(person ?? ''),
        );
        now = await hall.load(id);
        if (currentStep(now.book.script, now.state)?.id !== step.id) break;
        if (waitingFor(now.book, now.state).every((each) => each.person !== person)) break;
      }
    } else {
      const blocks = step.step === 'import-key-blocks' && material !== null ? material.blocks(now, step.id) : undefined;
      now = await hall.act(id, { step: step.id, accept: true, blocks }, named(person ?? ''));
    }
  }
  throw new Error(`ceremony ${id} does not come to its end`);
}
