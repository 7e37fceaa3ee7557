/** What people are shown of a request: sentences made from the very text that is signed, and what is still missing. */
import type { WordList } from '@rhc/hsm-config';
import type { ApprovalView, Roster } from '../../contract/approvals.ts';
import { spoken } from '../ceremony/words.ts';
import { ROLES } from '../roles.ts';
import type { ApprovalRecord } from './approvals.ts';
import { parseRequest, requestHash } from './request.ts';
import { isSatisfied } from './roster.ts';
import { stepText } from './step-text.ts';

/** How much of the hash is read aloud: 64 bits, which nobody meets by trying. */
const SPOKEN_HEX_DIGITS = 16;

export function approvalView(record: ApprovalRecord, roster: Roster | null, words: WordList): ApprovalView {
  const request = parseRequest(record.text);
  const hash = requestHash(record.text);
  const approved = record.decisions.filter(({ approval }) => approval !== null).map(({ person }) => person);
  const people = (roster?.people ?? []).filter(({ id }) => approved.includes(id) && id !== record.requester);
  const roles = people.map((person) => person.roles as readonly string[]);
  const policy = request.policy as { role: keyof typeof ROLES; count: number }[];
  const needed = new Set<string>(policy.map(({ role }) => role));
  return {
    id: record.id,
    state: record.state,
    requester: record.requester,
    reason: request.reason,
    createdAt: request.createdAt,
    expiresAt: request.expiresAt,
    steps: request.steps,
    ceremony: request.ceremony ?? null,
    text: request.steps.map(stepText),
    canonical: record.text,
    hash,
    hashWords: spoken(words, hash.slice(0, SPOKEN_HEX_DIGITS)),
    rosterVersion: request.roster.version,
    requirements: policy.map(({ role, count }) => ({
      role,
      count,
      text: ROLES[role] ?? { zh: role, en: role },
      approved: Math.min(count, roles.filter((each) => each.includes(role)).length),
    })),
    complete: isSatisfied(policy as Parameters<typeof isSatisfied>[0], roles),
    decisions: record.decisions.map(({ person, name, kind, reason, at }) => ({
      person,
      name,
      kind,
      reason,
      at: at.toISOString(),
    })),
    mayApprove:
      record.state !== 'open'
        ? []
        : (roster?.people ?? [])
            .filter(({ id, roles: own, credentials }) => {
              const able = credentials.length > 0 && own.some((role) => needed.has(role));
              return able && id !== record.requester && !approved.includes(id);
            })
            .map(({ id, name }) => ({ person: id, name })),
    executedAt: record.executedAt?.toISOString() ?? null,
    failure: record.failure,
    outcome: record.outcome as ApprovalView['outcome'],
  };
}
