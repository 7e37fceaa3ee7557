/** Key blocks that an act brings: opened in the token at once, so that a refused one leaves the step as it was. */
import { bytesToHex } from '@rhc/card/bytes';
import type { CeremonyStep } from '@rhc/hsm-config';
import type { CeremonyHands, OpenedCeremony } from './ledger.ts';
import { type Blocks, blockOrder, needsOf, orderOf, used } from './needs.ts';
import { type Actor, refuseStep } from './rules.ts';
import { keyOf } from './state.ts';

export async function takeBlocks(
  { ledger, approvals, ...parts }: CeremonyHands,
  ceremony: OpenedCeremony,
  step: CeremonyStep,
  blocks: Blocks,
  { person }: Actor,
): Promise<OpenedCeremony> {
  if (step.step !== 'import-key-blocks') {
    throw refuseStep('blocks', '这一步不导入密钥块', 'this step takes in no key blocks');
  }
  const { hsm } = await parts.bench(ceremony.record);
  const orders = Object.entries(blocks).map(([key, block]) => ({
    key,
    ...blockOrder(ceremony.book, step, key, block),
  }));
  const runner = await approvals.runner(orderOf(ceremony, step, needsOf(ceremony, step, blocks)), hsm, person);
  let now = await ledger.append(ceremony, used(step, runner));
  for (const { key, ...input } of orders) {
    const made = await runner.hsm.run('import-key-block', input);
    const { round } = keyOf(now.state, step.id, key);
    const kcv = bytesToHex(made.kcv);
    now = await ledger.append(now, [{ kind: 'key-made', step: step.id, key, kcv, how: 'key-block', round }]);
  }
  return now;
}
