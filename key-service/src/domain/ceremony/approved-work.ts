/**
 * Ceremonies under quorum (ADR 013): the step's privileged operations reach the token only as `approved`, each named in a
 * request that people have signed for this very step. What is checked here is checked before anything is written; the HSM
 * worker judges it all again. A rehearsal works on a scratch token, and a token without a roster asks nobody.
 */
import { canonicalJson } from '../../audit/leaf.ts';
import type { ApprovalStep } from '../../contract/approvals.ts';
import { keyServiceErrors } from '../../errors.ts';
import type { ApprovedOperation, HsmPort } from '../../hsm/port.ts';
import type { ApprovalRecord, Approvals } from '../quorum/approvals.ts';
import { HSM_PARAMETERS, isPrivilegedHsmName } from '../quorum/operations.ts';
import { parseRequest, requestHash } from '../quorum/request.ts';
import type { ApprovalOrder, CeremonyApprovals, CeremonyRunner } from './ports.ts';
import { passThrough } from './ports.ts';

type Hsm = Pick<HsmPort, 'run' | 'renew' | 'token'>;

export function quorumForCeremonies(approvals: Approvals): CeremonyApprovals {
  const asksNobody = async ({ mode }: Pick<ApprovalOrder, 'mode'>) =>
    mode === 'rehearsal' || !(await approvals.hasRoster());

  const standing = async ({ place, needs }: Pick<ApprovalOrder, 'place' | 'needs'>): Promise<ApprovalRecord | null> => {
    const found = await approvals.forCeremony(place);
    return found.find((record) => covers(record, needs)) ?? null;
  };

  const required = async (order: ApprovalOrder): Promise<ApprovalRecord> => {
    const record = await standing(order);
    if (record === null) throw keyServiceErrors.make('CEREMONY_APPROVAL_MISSING', { detail: order.place.step });
    await approvals.requireComplete(record);
    return record;
  };

  return {
    asks: async (record) => !(await asksNobody(record)),
    require: async (order) => {
      if (order.needs.length > 0 && !(await asksNobody(order))) await required(order);
    },
    standing: async (place) => {
      const [record] = await approvals.forCeremony(place);
      if (record === undefined) return null;
      const missing = await approvals.requireComplete(record).then(
        () => false,
        () => true,
      );
      const { id, expiresAt, decisions } = record;
      const approvedBy = decisions.flatMap(({ approval, name }) => (approval === null ? [] : [name]));
      return { id, complete: !missing, expiresAt, approvedBy, steps: parseRequest(record.text).steps };
    },
    ask: async ({ place, needs }, { requester, reason }) => {
      const steps = [...needs];
      const request = { requester, reason, steps, ceremony: place, expiresInMinutes: DAYS_OF_A_CEREMONY * 24 * 60 };
      return (await approvals.request(request)).id;
    },
    runner: async (order, hsm, by) => {
      if (order.needs.length === 0 || (await asksNobody(order))) return passThrough(hsm);
      const record = await required(order);
      if (record.state === 'open') await approvals.begin(record.id, by);
      return approvedRunner(approvals, record, order, hsm);
    },
    close: async ({ mode, place }) => {
      if (await asksNobody({ mode })) return;
      for (const { id, state } of await approvals.forCeremony(place)) {
        if (state === 'executing') await approvals.finish(id, []);
      }
    },
  };
}

/** As long as a request may live: a ceremony may be interrupted and go on another day. */
const DAYS_OF_A_CEREMONY = 7;

function covers({ text }: ApprovalRecord, needs: readonly ApprovalStep[]): boolean {
  const named = new Set(parseRequest(text).steps.map((step) => canonicalJson(step)));
  return needs.every((need) => named.has(canonicalJson(need)));
}

async function approvedRunner(
  approvals: Approvals,
  { id, text, decisions }: ApprovalRecord,
  { place }: ApprovalOrder,
  hsm: Hsm,
): Promise<CeremonyRunner> {
  const { steps } = parseRequest(text);
  const indexOf = (step: ApprovalStep): number => {
    const index = steps.findIndex((each) => canonicalJson(each) === canonicalJson(step));
    if (index < 0) throw keyServiceErrors.make('APPROVAL_INVALID', { detail: `${id} does not name ${step.operation}` });
    return index;
  };
  const run = async (operation: ApprovedOperation) => {
    const parameters = (HSM_PARAMETERS[operation.name] as (input: unknown) => ApprovalStep['parameters'])(
      operation.input,
    );
    const index = indexOf({ operation: operation.name, parameters });
    return (await approvals.runStep(id, index, operation, place)).output;
  };
  return {
    hsm: {
      get token() {
        return hsm.token;
      },
      renew: () => hsm.renew(),
      run: (async (name: never, input: never) =>
        isPrivilegedHsmName(name) ? run({ name, input } as ApprovedOperation) : hsm.run(name, input)) as Hsm['run'],
    },
    record: async (step) => void (await approvals.runStep(id, indexOf(step), null, place)),
    reference: {
      approval: id,
      hash: requestHash(text),
      approvers: decisions.filter(({ approval }) => approval !== null).map(({ person }) => person),
    },
  };
}
