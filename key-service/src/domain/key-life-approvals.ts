/**
 * A key version's life under quorum: which approved step does what, and destruction that asks once more when it is due.
 * Steps may run again after a crash, so what has been done already counts as done.
 */
import { z } from 'zod';
import { keySlotName, usagePolicy } from '../contract/index.ts';
import type { HsmPort } from '../hsm/port.ts';
import { rootLabel } from './hierarchy.ts';
import type { KeyLife, KeyLifeStore } from './key-life.ts';
import type { KeyVersion, KeyVersionState } from './key-versions.ts';
import type { AuditPort } from './ports.ts';
import type { Approvals, StepContext } from './quorum/approvals.ts';
import { parseRequest } from './quorum/request.ts';

const key = { slot: keySlotName, version: z.int().min(1).max(255) };
const moveParameters = z.strictObject({ ...key, to: z.enum(['active', 'deactivated', 'compromised']) });
const activateParameters = z.strictObject({ ...key, at: z.iso.datetime() });
const destroyParameters = z.strictObject({ ...key, cards: z.int().nullable() });
const keyParameters = z.strictObject(key);
const policyParameters = z.strictObject({ ...key, policy: usagePolicy.nullable() });
const cryptoperiodParameters = z.strictObject({ ...key, ends: z.iso.datetime().nullable() });

const by = ({ approval, requester, reason, approvers }: StepContext) => ({
  actor: requester,
  reason: `${reason} [${approval}: ${approvers.join(', ')}]`,
});

/** The state that a crash may have left reached already is no fault. */
async function unlessReached(
  store: Pick<KeyLifeStore, 'records'>,
  wanted: Pick<KeyVersion, 'slot' | 'version'>,
  reached: (record: { state: KeyVersionState; destroyAt: Date | null; activateAt: Date | null }) => boolean,
  work: () => Promise<unknown>,
): Promise<{ done: true }> {
  const record = (await store.records()).find(
    ({ slot, version }) => slot === wanted.slot && version === wanted.version,
  );
  if (record === undefined || !reached(record)) await work();
  return { done: true };
}

export function registerKeyLife(approvals: Approvals, keyLife: KeyLife, store: KeyLifeStore): void {
  approvals.carriesOut('move-key', (parameters, context) => {
    const { to, ...wanted } = moveParameters.parse(parameters);
    return unlessReached(
      store,
      wanted,
      ({ state }) => state === to,
      () => keyLife.move(wanted, to, by(context)),
    );
  });
  approvals.carriesOut('activate-key', (parameters, context) => {
    const { at, ...wanted } = activateParameters.parse(parameters);
    const reached = ({ state, activateAt }: { state: KeyVersionState; activateAt: Date | null }) =>
      state === 'active' || activateAt?.toISOString() === new Date(at).toISOString();
    return unlessReached(store, wanted, reached, () => keyLife.activateAt(wanted, new Date(at), by(context)));
  });
  approvals.carriesOut('destroy-key', (parameters, context) => {
    const { cards: _, ...wanted } = destroyParameters.parse(parameters);
    const reached = ({ destroyAt }: { destroyAt: Date | null }) => destroyAt !== null;
    const override = { approvers: context.approvers };
    return unlessReached(store, wanted, reached, () => keyLife.scheduleDestruction(wanted, by(context), override));
  });
  approvals.carriesOut('restore-key', (parameters, context) => {
    const wanted = keyParameters.parse(parameters);
    return unlessReached(
      store,
      wanted,
      ({ destroyAt, state }) => destroyAt === null && state !== 'destroyed',
      () => keyLife.restore(wanted, by(context)),
    );
  });
  approvals.carriesOut('change-key-policy', async (parameters, context) => {
    const { policy, ...wanted } = policyParameters.parse(parameters);
    await keyLife.amend(wanted, { policy: policy as KeyVersion['policy'] & object }, by(context));
    return { done: true };
  });
  approvals.carriesOut('change-cryptoperiod', async (parameters, context) => {
    const { ends, ...wanted } = cryptoperiodParameters.parse(parameters);
    await keyLife.amend(wanted, { cryptoperiodEnds: ends === null ? null : new Date(ends) }, by(context));
    return { done: true };
  });
}

/**
 * Destruction that is due. Its approval is 30 days old by then, so the token wants a fresh quorum; the request is made
 * once, and the version goes on serving nobody until it is given.
 * @returns true once the root is gone from the token
 */
export function destroyWhenApproved(approvals: Approvals, hsm: Pick<HsmPort, 'run'>, audit: AuditPort) {
  return async ({ slot, version }: Pick<KeyVersion, 'slot' | 'version'>): Promise<boolean> => {
    const root = rootLabel(slot, version);
    if (!(await approvals.hasRoster())) {
      await audit.record('root-destroy', { slot, version });
      await hsm.run('destroy-root', { root });
      return true;
    }
    const roots = await hsm.run('describe-roots', null);
    if (!roots.some((each) => each.root === root)) return true;
    const waiting = [...(await approvals.list('open', 500)), ...(await approvals.list('executing', 100))];
    const asked = waiting.some(({ text }) =>
      parseRequest(text).steps.some(
        ({ operation, parameters }) => operation === 'destroy-root' && parameters.root === root,
      ),
    );
    if (!asked) {
      await approvals.request({
        requester: 'schedule',
        reason: `排定的销毁已到期 · the scheduled destruction of ${root} is due`,
        steps: [{ operation: 'destroy-root', parameters: { root } }],
        expiresInMinutes: 7 * 24 * 60,
      });
    }
    return false;
  };
}
