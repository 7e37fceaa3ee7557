/** Desks' audit chains at key-service: in order, exactly once, tampering refused; on SQLite and on PostgreSQL. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { type PostgresCluster, startPostgresCluster } from '../../scripts/postgres-cluster/postgres-cluster.mjs';
import { type ChainHead, chainStart } from '../src/contract/agent-audit.ts';
import { type AgentAuditParts, takeAgentAudit } from '../src/domain/agent-audit.ts';
import { agentAuditStore } from '../src/store/agent-audit-store.ts';
import { openDatabase } from '../src/store/database.ts';

const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex');
let postgres: PostgresCluster;
beforeAll(async () => {
  postgres = await startPostgresCluster({ parentDir: '/tmp' });
}, 60_000);
afterAll(() => postgres?.stop());

/** Lines of a chain, as an agent writes them. */
function chainOf(chain: string, length: number, from: ChainHead = chainStart(chain), word = 'write-settled'): string[] {
  const lines: string[] = [];
  let { sequence, hash } = from;
  for (let i = 0; i < length; i += 1) {
    sequence += 1;
    const at = new Date(Date.UTC(2026, 10, 26, 0, 0, sequence)).toISOString();
    const line = JSON.stringify({ chain, sequence, previous: hash, at, action: word, details: { sequence } });
    lines.push(line);
    hash = sha256Hex(line);
  }
  return lines;
}
const A = 'a'.repeat(32);
const B = 'b'.repeat(32);

function partsOver(database: Knex) {
  const leaves = new Map<string, string>();
  let down = false;
  const parts: AgentAuditParts = {
    store: agentAuditStore(database),
    audit: {
      record: async (action, details, id = `${leaves.size}`) => {
        if (down) throw new Error('audit log down');
        leaves.set(id, `${action} ${JSON.stringify(details)}`);
        return { id, index: leaves.size };
      },
    },
    now: () => new Date('2026-11-26T01:00:00Z'),
  };
  const take = (chain: string, lines: string[], agent = 'desk-1') => takeAgentAudit(parts, { agent, chain, lines });
  return {
    ...{ parts, leaves, take },
    setDown: (is: boolean) => {
      down = is;
    },
  };
}

describe.each(['sqlite', 'postgres'])('audit chains on %s', (kind) => {
  let database: Knex;
  beforeAll(async () => {
    database = await openDatabase(kind === 'sqlite' ? ':memory:' : postgres.url);
  });
  afterAll(() => database?.destroy());

  test('in order and exactly once: overlap is compared, a gap is told, the head becomes a leaf', async () => {
    const { take, leaves, parts } = partsOver(database);
    const lines = chainOf(A, 10);
    expect(await take(A, lines.slice(0, 4))).toMatchObject({ accepted: 4, next: 5 });
    expect(await take(A, lines.slice(0, 4))).toMatchObject({ accepted: 0, next: 5 });
    expect(await take(A, lines.slice(2, 7))).toMatchObject({ accepted: 3, next: 8 });
    expect(await take(A, lines.slice(8))).toMatchObject({ accepted: 0, next: 8 });
    const last = await take(A, lines.slice(7));
    expect(last).toEqual({ accepted: 3, next: 11, head: sha256Hex(lines[9] ?? '') });
    expect(await parts.store.lines('desk-1', A, 1, 100)).toEqual(lines);
    // One leaf a head, though heads were told six times.
    expect(leaves.size).toBe(3);
    expect([...leaves.values()].at(-1)).toContain(`"head":"${last.head}"`);
  });

  test('twenty senders of the same lines at once: every line is there once', async () => {
    const { take, parts } = partsOver(database);
    const lines = chainOf(B, 30);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => take(B, lines.slice(0, 11 + i), 'desk-2')));
    expect(answers.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(30);
    expect(await parts.store.lines('desk-2', B, 1, 100)).toEqual(lines);
  });

  test('a batch whose leaf could not be written is an error, and sent again it is whole', async () => {
    const { take, setDown, leaves } = partsOver(database);
    const lines = chainOf(A, 3);
    setDown(true);
    await expect(take(A, lines, 'desk-3')).rejects.toThrow('audit log down');
    setDown(false);
    expect(await take(A, lines, 'desk-3')).toMatchObject({ accepted: 0, next: 4 });
    expect([...leaves.values()]).toEqual([expect.stringContaining('"sequence":3')]);
  });

  test.each<[string, (lines: string[]) => string[], string]>([
    [
      'a flipped bit',
      (lines) => lines.map((line, i) => (i === 2 ? line.replace('"sequence":3}', '"sequence":4}') : line)),
      'altered',
    ],
    ['a line left out', (lines) => lines.filter((_, i) => i !== 2), 'out-of-order'],
    [
      'two lines exchanged',
      ([a, b, ...rest]) => [a, ...(rest.length > 0 ? [rest[0], b] : []), ...rest.slice(1)] as string[],
      'out-of-order',
    ],
    ['a line of another chain', (lines) => [...lines.slice(0, 3), ...chainOf(B, 1)], 'other-chain'],
    ['no entry', (lines) => [...lines.slice(0, 3), '{"name":"张三"}'], 'unreadable'],
  ])('%s is refused and logged, and nothing of the batch is kept', async (name, change, fault) => {
    const { take, leaves, parts } = partsOver(database);
    const agent = `desk-${sha256Hex(name).slice(0, 8)}`;
    const batch = change(chainOf(A, 5));
    await expect(take(A, batch, agent)).rejects.toMatchObject({ code: 'AGENT_AUDIT_REFUSED' });
    expect([...leaves.values()]).toEqual([expect.stringMatching(`^agent-audit-refused .*"fault":"${fault}"`)]);
    expect(await parts.store.lines(agent, A, 1, 10)).toEqual([]);
  });

  test('history written anew under the same name is refused; a new chain is taken and says how many went before', async () => {
    const { take, leaves } = partsOver(database);
    await take(A, chainOf(A, 5), 'desk-9');
    const rewritten = chainOf(A, 6, chainStart(A), 'other-history');
    await expect(take(A, rewritten, 'desk-9')).rejects.toMatchObject({ code: 'AGENT_AUDIT_REFUSED' });
    expect([...leaves.values()].at(-1)).toContain('"fault":"forked"');
    expect(await take(B, chainOf(B, 1), 'desk-9')).toMatchObject({ accepted: 1, next: 2 });
    expect([...leaves.values()].at(-1)).toContain('"earlierChains":1');
  });
});
