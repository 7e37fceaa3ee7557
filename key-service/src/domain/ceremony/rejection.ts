/** A comparison of check values that people do not agree with: the keys are gone from the token, and to be made again. */
import type { CeremonyStep } from '@rhc/hsm-config';
import type { CeremonyEvent } from './events.ts';
import { partGroup } from './key-labels.ts';
import type { CeremonyHands, OpenedCeremony } from './ledger.ts';
import { destruction, orderOf, rootsToDestroy, used } from './needs.ts';
import type { ActOrder } from './orders.ts';
import type { CeremonyBench } from './ports.ts';
import { type Actor, type KeyToConfirm, keysToConfirm, refuseStep } from './rules.ts';
import { keyOf } from './state.ts';

type Comparison = Extract<CeremonyStep, { step: 'confirm-kcv' }>;

/** `field`: of the order that asked. */
export function requireComparison(step: CeremonyStep, field: string): Comparison {
  if (step.step !== 'confirm-kcv') throw refuseStep(field, '只有核对步骤可以驳回', 'only a comparison can reject');
  return step;
}

/** The keys that go, and the roots of the token that hold them and nothing else. `keys` absent: all that are shown. */
export async function rejectionOf(
  ceremony: OpenedCeremony,
  step: Comparison,
  keys: readonly string[] | undefined,
  { versions }: Pick<CeremonyBench, 'versions'>,
): Promise<{ rejected: KeyToConfirm[]; roots: string[] }> {
  const shown = keysToConfirm(ceremony.book, ceremony.state, step);
  const rejected = keys === undefined ? shown : shown.filter(({ key }) => keys.includes(key));
  if (rejected.length === 0) throw refuseStep('keys', '没有要驳回的密钥', 'no key to reject');
  const recorded = new Set((await versions.all()).map(({ slot, version }) => `${slot}#${version}`));
  return { rejected, roots: rootsToDestroy(ceremony, rejected, recorded) };
}

export async function rejectKeys(
  { ledger, approvals, ...parts }: CeremonyHands,
  ceremony: OpenedCeremony,
  step: Comparison,
  { keys, reason }: ActOrder,
  { person }: Actor,
): Promise<void> {
  if (reason === undefined) throw refuseStep('reason', '驳回须写明理由', 'a rejection needs a reason');
  const bench = await parts.bench(ceremony.record);
  const { rejected, roots } = await rejectionOf(ceremony, step, keys, bench);
  const order = orderOf(ceremony, step, roots.map(destruction));
  const runner = await approvals.runner(order, bench.hsm, person);
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
  await ledger.append(ceremony, [
    ...used(step, runner),
    ...events,
    { kind: 'exception', person, what, why: reason, decision: 'made again' },
  ]);
  await approvals.close(order);
}
