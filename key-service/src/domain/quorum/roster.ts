/**
 * The roster: who may approve, with which credentials, and how many of which role each operation needs. Its text is
 * RFC 8785; the token seals it by a signature and remembers version and hash, so that neither a forged nor an older one
 * counts. Pure.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../audit/leaf.ts';
import {
  type PrivilegedOperationName,
  type Roster,
  type RosterPerson,
  roster as rosterSchema,
} from '../../contract/approvals.ts';
import { keyServiceErrors } from '../../errors.ts';
import { EXCLUSIVE_ROLES } from '../roles.ts';

export interface Requirement {
  readonly role: RosterPerson['roles'][number];
  readonly count: number;
}
/** What the token remembers of the roster in force. */
export interface RosterPointer {
  readonly version: number;
  readonly sha256: string;
  readonly pilot: boolean;
}
export interface SealedRoster {
  /** Canonical text. */
  readonly text: string;
  /** r ‖ s over SHA-256 of the text, by the token's QUORUM.SEAL, hex. */
  readonly seal: string;
}

export const rosterText = (roster: Roster): string => canonicalJson(roster);
export const rosterHash = (text: string): string => createHash('sha256').update(text).digest('hex');
export const pointerTo = (text: string): RosterPointer => {
  const { version, pilot } = parseRoster(text);
  return { version, sha256: rosterHash(text), pilot };
};

function invalid(zh: string, en: string): Error {
  return keyServiceErrors.make('ROSTER_INVALID', { detail: en, fields: [{ field: 'roster', rule: { zh, en } }] });
}

/** @throws ROSTER_INVALID unless the text is the canonical form of a sound roster */
export function parseRoster(text: string): Roster {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('不是 JSON', 'is not JSON');
  }
  const parsed = rosterSchema.safeParse(value);
  if (!parsed.success) {
    const first = parsed.error.issues[0];
    throw invalid('不符合格式', `${first?.path.join('.') ?? ''}: ${first?.message ?? ''}`);
  }
  if (canonicalJson(parsed.data) !== text) throw invalid('不是规范形式', 'is not in canonical form');
  requireSound(parsed.data);
  return parsed.data;
}

const drafted = rosterSchema.pick({ people: true, policies: true, webauthn: true }).extend({
  recoveryKey: rosterSchema.shape.recoveryKey.default(null),
  pilot: rosterSchema.shape.pilot.default(false),
});

/**
 * Canonical text of the first roster from a file that people wrote: `people`, `policies`, `webauthn`, and `recoveryKey`
 * and `pilot` where they differ from none and false.
 *
 * @param tokenSerial CKA serial of the token that will seal it
 * @throws ROSTER_INVALID with the field and the rule
 */
export function firstRoster(draft: string, tokenSerial: string): string {
  let value: unknown;
  try {
    value = JSON.parse(draft);
  } catch {
    throw invalid('不是 JSON', 'is not JSON');
  }
  const parsed = drafted.safeParse(value);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path, message }) => ({
      field: path.join('.') || 'roster',
      rule: { zh: `不符合格式:${message}`, en: message },
    }));
    throw keyServiceErrors.make('ROSTER_INVALID', { fields });
  }
  const text = rosterText({
    ...parsed.data,
    format: 'rhc-roster-1',
    version: 1,
    previous: null,
    tokenSerial,
  });
  parseRoster(text);
  return text;
}

function requireSound(roster: Roster): void {
  requireDistinct(
    '批准人',
    'people',
    roster.people.map(({ id }) => id),
  );
  const credentials = roster.people.flatMap(({ credentials: own }) => own);
  requireDistinct(
    '凭据编号',
    'credential ids',
    credentials.map(({ id }) => id),
  );
  requireDistinct(
    '凭据公钥',
    'public keys',
    credentials.map(({ publicKey }) => publicKey),
  );
  for (const { name, roles } of roster.people) {
    for (const pair of EXCLUSIVE_ROLES) {
      if (!pair.every((role) => (roles as readonly string[]).includes(role))) continue;
      throw invalid(`${name} 不能同时担任 ${pair.join('、')}`, `${name} must not be ${pair.join(' and ')} together`);
    }
  }
  if (roster.policies['replace-roster'] === undefined) {
    throw invalid(
      '缺少更换名册的策略:名册将永远不能更换',
      'has no policy for replace-roster: it could never be changed',
    );
  }
  for (const [operation, requirements] of Object.entries(roster.policies)) {
    const needed = requirements.reduce((sum, { count }) => sum + count, 0);
    if (needed < 2 && operation !== 'issue-sam' && operation !== 'revoke-sam') {
      throw invalid(`${operation} 须至少两人批准`, `${operation} needs at least two approvals`);
    }
    // One more than needed: the requester may be one of them and then does not count.
    const able = roster.people.filter(({ credentials: own }) => own.length > 0);
    if (
      !isSatisfied(
        requirements,
        able.map(({ roles }) => roles),
      )
    ) {
      throw invalid(`${operation} 的批准人不够`, `${operation}: not enough people with credentials`);
    }
  }
}

function requireDistinct(zh: string, en: string, values: readonly string[]): void {
  if (new Set(values).size !== values.length) throw invalid(`${zh}重复`, `${en} occur twice`);
}

/** True when each requirement can be met by people of its own: nobody counts twice. */
export function isSatisfied(requirements: readonly Requirement[], people: readonly (readonly string[])[]): boolean {
  const places = requirements.flatMap(({ role, count }) => Array.from({ length: count }, () => role));
  const taken = new Set<number>();
  const place = (index: number): boolean => {
    const role = places[index];
    if (role === undefined) return true;
    return people.some((roles, who) => {
      if (taken.has(who) || !roles.includes(role)) return false;
      taken.add(who);
      if (place(index + 1)) return true;
      taken.delete(who);
      return false;
    });
  };
  return place(0);
}

/**
 * What a request of several steps needs: of each role the highest count of any step.
 * @throws APPROVAL_FORBIDDEN when the roster has no policy for a step
 */
export function requirementsOf(roster: Roster, operations: readonly PrivilegedOperationName[]): Requirement[] {
  const highest = new Map<Requirement['role'], number>();
  for (const operation of operations) {
    const policy = roster.policies[operation];
    if (policy === undefined) throw keyServiceErrors.make('APPROVAL_FORBIDDEN', { detail: operation });
    for (const { role, count } of policy) highest.set(role, Math.max(count, highest.get(role) ?? 0));
  }
  return [...highest].map(([role, count]) => ({ role, count })).sort((a, b) => (a.role < b.role ? -1 : 1));
}
