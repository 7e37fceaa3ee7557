/** A roster as the people at a foundation compare it: who, with which credentials, for which operations, and the hash. */
import type { Roster } from './contract/approvals.ts';

/** @param sha256 of the canonical text, hex; shown in groups of eight as it is read aloud */
export function rosterAccount(roster: Roster, sha256: string): string {
  const people = roster.people.map(
    ({ id, name, roles, credentials }) =>
      `  ${name} <${id}> ${roles.join(', ')} · ${credentials.map(({ kind, id: own }) => `${kind} ${own}`).join('; ') || '尚无凭据 no credential yet'}`,
  );
  const policies = Object.entries(roster.policies).map(
    ([operation, needed]) => `  ${operation}: ${needed.map(({ role, count }) => `${count} × ${role}`).join(' + ')}`,
  );
  return [
    `批准人名册第 ${roster.version} 版 · roster${roster.pilot ? ' · 试点 PILOT' : ''} · 令牌 token ${roster.tokenSerial}`,
    '人员 people',
    ...people,
    '策略 policies (未列出的操作被禁止 · what is not listed is forbidden)',
    ...policies,
    `恢复令牌 recovery token: ${roster.recoveryKey === null ? '无 none' : '有 present'}`,
    `SHA-256 ${sha256.match(/.{8}/g)?.join(' ')}`,
  ].join('\n');
}
