/** The way of a desk's audit to key-service's real intake and store: in order, exactly once, through every kind of fault. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Knex } from 'knex';
import { takeAgentAudit } from '../../../key-service/src/domain/agent-audit.ts';
import { keyServiceErrors } from '../../../key-service/src/errors.ts';
import { agentAuditStore } from '../../../key-service/src/store/agent-audit-store.ts';
import { openDatabase } from '../../../key-service/src/store/database.ts';
import { AuditUpload, type ChainPlace, LocalAudit, type SendAudit } from '../../src/audit/index.ts';
import { memoryText } from '../paired-page.ts';
import { ManualTimers } from '../stand-in-port.ts';

const now = () => new Date('2026-11-26T01:00:00Z');
let database: Knex;
beforeAll(async () => {
  database = await openDatabase(':memory:');
});
afterAll(() => database?.destroy());

function memoryChain(): ChainPlace {
  let text: string | null = null;
  return {
    note: memoryText(),
    read: () => (text === null ? null : Uint8Array.from(Buffer.from(text))),
    append: (line) => {
      text = `${text ?? ''}${line}\n`;
    },
    cutTo: (length) => {
      text = (text ?? '').slice(0, length);
    },
    setAside: (name) => {
      text = null;
      return name;
    },
    replace: (whole) => {
      text = whole;
    },
  };
}

let desks = 0;
function deskAndService(more: { keepUploaded?: number; place?: ChainPlace } = {}) {
  desks += 1;
  const agent = `desk-${desks}`;
  const parts = {
    store: agentAuditStore(database),
    audit: { record: async () => ({ id: '', index: 0 }) },
    now,
  };
  const faults: ('before' | 'after')[] = [];
  const sent: number[] = [];
  const send: SendAudit = async (batch) => {
    const fault = faults.shift();
    sent.push(batch.lines.length);
    if (fault === 'before') throw keyServiceErrors.make('KEY_SERVICE_UNREACHABLE');
    const answer = await takeAgentAudit(parts, batch);
    if (fault === 'after') throw keyServiceErrors.make('KEY_SERVICE_SLOW');
    return answer;
  };
  const timers = new ManualTimers();
  const audit = new LocalAudit({
    place: more.place ?? memoryChain(),
    now,
    random: (length) => new Uint8Array(length).fill(desks),
    ...(more.keepUploaded === undefined ? {} : { keepUploaded: more.keepUploaded }),
  });
  const upload = new AuditUpload({ agent, audit, send, timers, now });
  const held = () => parts.store.lines(agent, audit.head.chain, 1, 1_000);
  return { agent, audit, upload, timers, faults, sent, send, held, parts };
}

describe('upload', () => {
  test('in batches, in order; afterwards nothing waits', async () => {
    const { audit, upload, held, sent } = deskAndService();
    for (let i = 0; i < 249; i += 1) audit.record('card-write', { applied: i });
    await upload.run();
    expect(sent).toEqual([100, 100, 50]);
    expect((await held()).map((line) => JSON.parse(line).sequence)).toEqual(
      Array.from({ length: 250 }, (_, i) => i + 1),
    );
    expect(audit.waiting).toBe(0);
    expect(upload.state).toMatchObject({ state: 'idle', error: null });
  });

  test('lost before it came, lost after it came, grown in between: each line is there once', async () => {
    const { audit, upload, held, faults, timers } = deskAndService();
    for (const fault of ['before', 'after', 'after', 'before', 'after'] as const) {
      audit.record('card-write', { fault });
      faults.push(fault);
      await upload.run();
      expect(upload.state.state).toBe('waiting');
      expect(upload.state.error?.code).toMatch(/^KEY_SERVICE_/);
    }
    await upload.run();
    expect((await held()).map((line) => JSON.parse(line).sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(timers).toBeDefined();
  });

  test('after a restart it goes on where it was; a service set back to an older state is filled again', async () => {
    const place = memoryChain();
    const first = deskAndService({ place });
    for (let i = 0; i < 5; i += 1) first.audit.record('card-write');
    await first.upload.run();
    await database('agent_audit_lines').where({ agent: first.agent }).where('sequence', '>', 3).delete();
    const third = JSON.parse((await first.held())[2] ?? '').sequence;
    const hash = JSON.parse(first.audit.linesFrom(4, 1)[0] ?? '').previous;
    await database('agent_audit_heads').where({ agent: first.agent }).update({ sequence: third, head: hash });
    const audit = new LocalAudit({ place, now, random: () => new Uint8Array(16) });
    expect(audit.waiting).toBe(0);
    audit.record('card-write');
    const upload = new AuditUpload({ agent: first.agent, audit, send: first.send, timers: new ManualTimers(), now });
    await upload.run();
    expect(await first.held()).toHaveLength(7);
    expect(upload.state.state).toBe('idle');
  });

  test('lines that key-service lacks and nobody keeps are a gap that is shown', async () => {
    const { audit, upload, agent } = deskAndService({ keepUploaded: 2 });
    for (let i = 0; i < 8; i += 1) audit.record('card-write');
    await upload.run();
    await database('agent_audit_lines').where({ agent }).delete();
    await database('agent_audit_heads')
      .where({ agent })
      .update({ sequence: 0, head: '0'.repeat(64) });
    audit.record('card-write');
    await upload.run();
    expect(upload.state.state).toBe('gap');
  });

  test('another desk of this name: refused, shown, and not asked again at once', async () => {
    const one = deskAndService();
    await one.upload.run();
    const other = new LocalAudit({ place: memoryChain(), now, random: (length) => new Uint8Array(length).fill(desks) });
    other.note('somebody-else');
    // The same chain name with another history, as a cloned machine has it.
    const upload = new AuditUpload({
      agent: one.agent,
      audit: other,
      send: (batch) =>
        one.send({ ...batch, lines: batch.lines.map((line) => line.replace('first-start', 'first-stört')) }),
      timers: new ManualTimers(),
      now,
    });
    await upload.run();
    expect(upload.state).toMatchObject({ state: 'refused', error: { code: 'AGENT_AUDIT_REFUSED' } });
  });

  test('an answer for another chain lets go of nothing', async () => {
    const { audit } = deskAndService();
    audit.record('card-write');
    const upload = new AuditUpload({
      agent: 'desk-x',
      audit,
      send: async () => ({ accepted: 2, next: 3, head: 'f'.repeat(64) }),
      timers: new ManualTimers(),
      now,
    });
    await upload.run();
    expect(upload.state.state).toBe('waiting');
    expect(audit.waiting).toBe(2);
  });
});
