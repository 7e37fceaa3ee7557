/** The audit log's rows over Knex. Only ever adds; the head row is the lock that makes writers of all processes queue. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { Knex } from 'knex';
import type { TreeNode } from '../audit/merkle-tree.ts';
import type { AuditStore } from '../audit/ports.ts';

/** SQLite takes at most 32,766 parameters in one statement. */
const ROWS_TOGETHER = 500;
const HEAD = 1;

export function auditStore(database: Knex): AuditStore {
  const leaves = async (connection: Knex, from: number, to: number): Promise<string[]> => {
    const rows = await connection('audit_leaves')
      .where('position', '>=', from)
      .where('position', '<', to)
      .orderBy('position')
      .select<{ position: number; leaf: string }[]>(['position', 'leaf']);
    // bigint comes back as text from PostgreSQL; a gap ends the list, and the reader sees that a leaf is missing.
    const whole = rows.findIndex((row, at) => Number(row.position) !== from + at);
    return (whole < 0 ? rows : rows.slice(0, whole)).map(({ leaf }) => leaf);
  };
  const size = async (connection: Knex): Promise<number> => {
    const row = await connection('audit_head').where({ id: HEAD }).first<{ size: number | string } | undefined>('size');
    return Number(row?.size ?? 0);
  };
  return {
    append: (work) =>
      database.transaction(async (transaction) => {
        // A write first: SQLite and PostgreSQL both hold the row's lock from here on.
        await transaction('audit_head').where({ id: HEAD }).increment('size', 0);
        const at = await size(transaction);
        const rows = await work({
          size: at,
          leaves: (from, to) => leaves(transaction, from, to),
          known: async (ids) => {
            const found = await transaction('audit_leaves')
              .whereIn('entry_id', ids)
              .select<{ entry_id: string; position: number | string }[]>(['entry_id', 'position']);
            return new Map(found.map((row) => [row.entry_id, Number(row.position)]));
          },
        });
        if (rows.leaves.length === 0) return;
        const leafRows = rows.leaves.map((leaf) => ({
          position: leaf.index,
          entry_id: leaf.id,
          recorded_at: leaf.at,
          leaf: leaf.line,
        }));
        const nodeRows = rows.nodes.map((node) => ({ ...node, hash: bytesToHex(node.hash) }));
        await transaction.batchInsert('audit_leaves', leafRows, ROWS_TOGETHER);
        await transaction.batchInsert('audit_nodes', nodeRows, ROWS_TOGETHER);
        await transaction('audit_head')
          .where({ id: HEAD })
          .update({ size: at + leafRows.length });
      }),
    size: () => size(database),
    leaves: (from, to) => leaves(database, from, to),
    async nodes(coordinates) {
      if (coordinates.length === 0) return [];
      const rows = await database('audit_nodes')
        .whereIn(
          ['level', 'position'],
          coordinates.map(({ level, position }) => [level, position]),
        )
        .select<{ level: number; position: number | string; hash: string }[]>(['level', 'position', 'hash']);
      return rows.map(
        (row): TreeNode => ({ level: row.level, position: Number(row.position), hash: hexToBytes(row.hash) }),
      );
    },
    async addCheckpoint(atSize, note, at) {
      await database('audit_checkpoints')
        .insert({ size: atSize, note, created_at: at.toISOString() })
        .onConflict('size')
        .ignore();
      const row = await database('audit_checkpoints')
        .where({ size: atSize })
        .first<{ note: string } | undefined>('note');
      return row?.note ?? note;
    },
    async latestCheckpoint() {
      const row = await database('audit_checkpoints')
        .orderBy('size', 'desc')
        .first<{ note: string } | undefined>('note');
      return row?.note ?? null;
    },
    async checkpoints(fromSize, limit) {
      const rows = await database('audit_checkpoints')
        .where('size', '>=', fromSize)
        .orderBy('size')
        .limit(limit)
        .select<{ note: string }[]>('note');
      return rows.map(({ note }) => note);
    },
  };
}
