/**
 * Orders of SAMs and their revocation, alone or under quorum (ADR 013): which approved step does what. An order that a
 * quorum approved carries the approval's number as its own, so a step that runs again after a crash finds it standing.
 */
import { z } from 'zod';
import type { ApprovalStep } from '../contract/approvals.ts';
import { type Sam, type SamOrder, type SamOrderRequest, samOrderRequest, samSerial } from '../contract/sams.ts';
import { keyServiceErrors } from '../errors.ts';
import type { KeyBook } from './personalization.ts';
import type { AuditPort } from './ports.ts';
import type { Approvals } from './quorum/approvals.ts';
import { NO_PROGRESS, type SamStore } from './sam-store.ts';

export interface SamOrderRoom {
  readonly book: KeyBook;
  readonly store: SamStore;
  readonly audit: AuditPort;
  readonly now: () => Date;
}

type SamOperation = 'issue-sam' | 'revoke-sam';

const revokeParameters = z.strictObject({ sam: samSerial });

export const issueSamStep = (order: SamOrderRequest): ApprovalStep => ({
  operation: 'issue-sam',
  parameters: { ...order },
});
export const revokeSamStep = (sam: string): ApprovalStep => ({ operation: 'revoke-sam', parameters: { sam } });

/** A roster that names a policy for it wants a quorum; one that does not leaves it to the officers' role. */
export async function needsQuorum(approvals: Approvals, operation: SamOperation): Promise<boolean> {
  if (!(await approvals.hasRoster())) return false;
  return (await approvals.roster()).roster.policies[operation] !== undefined;
}

/** @throws APPROVAL_REQUIRED */
export async function requireNoQuorum(approvals: Approvals, operation: SamOperation): Promise<void> {
  if (await needsQuorum(approvals, operation)) throw keyServiceErrors.make('APPROVAL_REQUIRED', { detail: operation });
}

/** @throws SAM_TERMINAL_TAKEN, SAM_SUITE_UNSUPPORTED */
export async function placeOrder(
  room: SamOrderRoom,
  request: SamOrderRequest,
  by: { readonly orderId: string; readonly actor: string; readonly approval?: string },
): Promise<SamOrder> {
  const { suite } = room.book.hierarchy;
  if (suite === 'pboc-3des') throw keyServiceErrors.make('SAM_SUITE_UNSUPPORTED');
  const { orderId, actor, approval } = by;
  const { institution, provinceCode, firstTerminalNumber, count } = request;
  const orderedAt = room.now().toISOString();
  const order: Omit<SamOrder, 'progress'> = {
    orderId,
    institution,
    provinceCode,
    orderedAt,
    orderedBy: actor,
    total: count,
  };
  const details = { order: orderId, institution, count, first: firstTerminalNumber, actor };
  await room.audit.record(
    'sam-order',
    approval === undefined ? details : { ...details, approval },
    `sam-order/${orderId}`,
  );
  await room.store.addOrder(order, (last) => newSams(order, { last, firstTerminal: firstTerminalNumber, suite }));
  return { ...order, progress: { ...NO_PROGRESS, ordered: count } };
}

/** Logged first: what cannot be logged does not happen. */
export async function moveSam(
  room: Pick<SamOrderRoom, 'store' | 'audit' | 'now'>,
  serial: string,
  what: 'delivered' | 'returned' | 'revoked',
  by: { readonly actor: string; readonly note: string; readonly logId?: string },
): Promise<void> {
  const sam = await findSam(room.store, serial);
  const { terminalNumber } = sam;
  const { actor, note, logId } = by;
  await room.audit.record(`sam-${what}`, { samSerial: sam.samSerial, terminalNumber, actor, note }, logId);
  await room.store.move(sam.samSerial, what, { actor, note, at: room.now() });
}

/** @throws SAM_UNKNOWN */
export async function findSam(store: SamStore, serial: string): Promise<Sam> {
  const found = await store.find(serial);
  if (found === null) throw keyServiceErrors.make('SAM_UNKNOWN', { detail: serial });
  return found;
}

export function registerSams(approvals: Approvals, room: SamOrderRoom): void {
  const standing = async (orderId: string) => (await room.store.orders()).find((each) => each.orderId === orderId);
  approvals.carriesOut(
    'issue-sam',
    async (parameters, { approval, step, requester }) => {
      const orderId = `${approval}-${step}`;
      const present = await standing(orderId);
      if (present !== undefined) return { orderId, total: present.total };
      try {
        const { total } = await placeOrder(room, samOrderRequest.parse(parameters), {
          orderId,
          actor: requester,
          approval,
        });
        return { orderId, total };
      } catch (error) {
        // Another node took the same approval up and was first.
        const made = await standing(orderId);
        if (made === undefined) throw error;
        return { orderId, total: made.total };
      }
    },
    async (parameters) => {
      samOrderRequest.parse(parameters);
      if (room.book.hierarchy.suite === 'pboc-3des') throw keyServiceErrors.make('SAM_SUITE_UNSUPPORTED');
    },
  );
  approvals.carriesOut(
    'revoke-sam',
    async (parameters, { approval, step, requester, reason, approvers }) => {
      const { sam } = revokeParameters.parse(parameters);
      if ((await findSam(room.store, sam)).state !== 'revoked') {
        const note = `${reason} [${approval}: ${approvers.join(', ')}]`;
        await moveSam(room, sam, 'revoked', { actor: requester, note, logId: `sam-revoked/${approval}-${step}` });
      }
      return { revoked: sam };
    },
    async (parameters) => {
      const { state } = await findSam(room.store, revokeParameters.parse(parameters).sam);
      if (state === 'revoked') throw keyServiceErrors.make('SAM_MOVE_REFUSED', { detail: 'revoked' });
    },
  );
}

/** Serials: issuer's province and city, then a running number; terminal numbers ascend from the first. */
function newSams(
  order: Omit<SamOrder, 'progress'>,
  { last, firstTerminal, suite }: { last: string | null; firstTerminal: string; suite: Sam['suite'] },
): Sam[] {
  const first = last === null ? BigInt(`${firstTerminal.slice(0, 4)}0000000000000001`) : BigInt(last) + 1n;
  return Array.from({ length: order.total }, (_, index) => ({
    samSerial: String(first + BigInt(index)).padStart(20, '0'),
    terminalNumber: String(BigInt(firstTerminal) + BigInt(index)).padStart(12, '0'),
    orderId: order.orderId,
    provinceCode: order.provinceCode,
    institution: order.institution,
    state: 'ordered',
    suite,
    samFactor: null,
    versions: [],
    pinMailer: 'none',
    orderedAt: order.orderedAt,
    issuedAt: null,
    lastContact: null,
  }));
}
