/** Desks' audit chains over Knex: a row for each line, only ever added, and the head that the next batch must follow. */
import type { Knex } from 'knex';
import { type ChainHead, chainStart } from '../contract/agent-audit.ts';
import type { AgentAuditStore } from '../domain/agent-audit.ts';

interface HeadRow {
  agent: string;
  chain: string;
  sequence: number | string;
  head: string;
  begun_at: string;
  received_at: string;
}
interface LineRow {
  agent: string;
  chain: string;
  sequence: number | string;
  line: string;
}
/** SQLite takes at most 32,766 parameters in one statement. */
const ROWS_TOGETHER = 500;

export function agentAuditStore(database: Knex): AgentAuditStore {
  return {
    extend: ({ agent, chain, at }, work) =>
      database.transaction(async (transaction) => {
        const heads = () => transaction<HeadRow>('agent_audit_heads');
        const key = { agent, chain };
        const start = chainStart(chain);
        const moment = at.toISOString();
        await heads()
          .insert({ ...key, sequence: 0, head: start.hash, begun_at: moment, received_at: moment })
          .onConflict(['agent', 'chain'])
          .ignore();
        // A write: SQLite and PostgreSQL both hold the row's lock from here on.
        await heads().where(key).update({ received_at: moment });
        const row = await heads().where(key).first();
        const others = await heads().where({ agent }).whereNot({ chain }).count<{ n: number | string }[]>({ n: '*' });
        const held: ChainHead = { chain, sequence: Number(row?.sequence ?? 0), hash: row?.head ?? start.hash };
        const result = await work({
          head: held.sequence === 0 ? null : held,
          otherChains: Number(others[0]?.n ?? 0),
          line: async (sequence) => {
            const found = await transaction<LineRow>('agent_audit_lines')
              .where({ ...key, sequence })
              .first();
            return found?.line ?? null;
          },
        });
        if (result.lines.length > 0) {
          const rows = result.lines.map((line, index) => ({ ...key, sequence: held.sequence + 1 + index, line }));
          await transaction.batchInsert('agent_audit_lines', rows, ROWS_TOGETHER);
          await heads().where(key).update({ sequence: result.head.sequence, head: result.head.hash });
        }
        return result.answer;
      }),
    async chains() {
      const rows = await database<HeadRow>('agent_audit_heads').orderBy(['agent', 'begun_at']);
      return rows.map((row) => ({
        agent: row.agent,
        chain: row.chain,
        sequence: Number(row.sequence),
        head: row.head,
        begunAt: row.begun_at,
        receivedAt: row.received_at,
      }));
    },
    async lines(agent, chain, from, limit) {
      const rows = await database<LineRow>('agent_audit_lines')
        .where({ agent, chain })
        .where('sequence', '>=', from)
        .orderBy('sequence')
        .limit(limit);
      return rows.map(({ line }) => line);
    },
  };
}
