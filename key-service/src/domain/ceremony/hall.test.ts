/** Cut the hall at every single call of its ports, before and after the call took effect, and go on: nothing lost, nothing double. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type HsmConfig, loadCeremonies } from '@rhc/hsm-config';
import { rehearsalMaterial } from '../../terminal/rehearsal-material.ts';
import type { KeyVersion } from '../key-versions.ts';
import type { WrittenEvent } from './events.ts';
import { eventKey } from './events.ts';
import {
  type CeremonyBench,
  type CeremonyRecord,
  type CeremonyStore,
  NO_APPROVALS,
  type StoredMinutes,
} from './ports.ts';
import { ceremonyHall } from './room.ts';
import { runUnattended } from './unattended.ts';

const root = join(__dirname, '../../../../hsm-config');
const [whole] = loadCeremonies(root, readdirSync(join(root, 'ceremonies')), (path) =>
  readFileSync(path, 'utf8'),
).filter(({ ceremony }) => ceremony.id === 'rehearsal');
const FEW = ['RK1.DDF1'];
const config = {
  ...(whole as HsmConfig),
  ceremony: { ...(whole as HsmConfig).ceremony, versions: [{ version: 1, state: 'active' as const }] },
  hierarchy: {
    ...(whole as HsmConfig).hierarchy,
    slots: (whole as HsmConfig).hierarchy.slots.filter(({ name }) => FEW.includes(name)),
  },
};
const sha256 = (data: Uint8Array) => Uint8Array.from(createHash('sha256').update(data).digest());
const kcvOf = (name: string) => sha256(new TextEncoder().encode(name)).slice(0, 3);

class Cut extends Error {}

/** Everything that outlives a process, and a counter of calls at which the process dies. */
function world() {
  const roots = new Set<string>();
  const parts = new Map<string, Set<number>>();
  const log = new Map<string, { index: number; action: string }>();
  const records = new Map<string, CeremonyRecord>();
  const events = new Map<string, WrittenEvent[]>();
  const minutes = new Map<string, StoredMinutes>();
  const versions = new Map<string, KeyVersion>();
  let calls = 0;
  let cutAt: { call: number; after: boolean } | null = null;
  const through = async <T>(work: () => T): Promise<T> => {
    const now = ++calls;
    if (cutAt !== null && now === cutAt.call && !cutAt.after) throw new Cut();
    const result = work();
    if (cutAt !== null && now === cutAt.call) throw new Cut();
    return result;
  };
  const operations: Record<string, (input: never) => unknown> = {
    'import-root': ({ root: name }: { root: string }) => {
      const created = !roots.has(name);
      roots.add(name);
      return { root: name, kcv: kcvOf(name), created };
    },
    'enter-part': (input: { group: string; index: number; needed: number; target: { name: string } }) => {
      const own = parts.get(input.group) ?? new Set<number>();
      own.add(input.index);
      parts.set(input.group, own);
      if (own.size < input.needed) return { kcv: kcvOf(`${input.index}`), made: null };
      const label = `KBPK.${input.target.name}`;
      const created = !roots.has(label);
      roots.add(label);
      return { kcv: kcvOf(`${input.index}`), made: { kcv: kcvOf(label), created } };
    },
    'export-key-block': ({ key }: { key: { root: string } }) => ({ block: 'D', kcv: kcvOf(`${key.root}/13`) }),
    'describe-roots': () =>
      [...roots].filter((name) => !name.startsWith('KBPK.')).map((name) => ({ root: name, kcv: kcvOf(name) })),
    'discard-parts': ({ group }: { group: string }) => ({ discarded: parts.delete(group) ? 1 : 0 }),
  };
  const store: CeremonyStore = {
    all: async () => [...records.values()],
    find: async (id) => records.get(id) ?? null,
    events: async (id) => [...(events.get(id) ?? [])],
    begin: (record, first) =>
      through(() => {
        records.set(record.id, record);
        events.set(record.id, [first]);
      }),
    append: (id, from, added) =>
      through(() => {
        const own = events.get(id) ?? [];
        expect(own).toHaveLength(from);
        events.set(id, [...own, ...added]);
        return added.length;
      }),
    addMinutes: (id, made) => through(() => void (minutes.has(id) || minutes.set(id, made))),
    minutes: async (id) => minutes.get(id) ?? null,
  };
  const token = { label: 'l', serial: 's', model: 'm', knownAnswers: [] } as unknown as CeremonyBench['hsm']['token'];
  const bench: CeremonyBench = {
    hsm: {
      token,
      renew: () => undefined,
      run: (name, input) => through(() => (operations[name] as (input: never) => never)(input as never)),
    },
    versions: {
      all: async () => [...versions.values()],
      addPreActive: (version) =>
        through(() => {
          const label = `${version.slot}#${version.version}`;
          if (!versions.has(label)) versions.set(label, { ...version, state: 'pre-active' });
        }),
      activate: (slot, version) =>
        through(() => {
          const found = versions.get(`${slot}#${version}`) as KeyVersion;
          if (found.state === 'active') return false;
          versions.set(`${slot}#${version}`, { ...found, state: 'active' });
          return true;
        }),
    },
    tokenCreated: true,
  };
  const hall = () =>
    ceremonyHall({
      ...{ scripts: [config], store, sha256, approvals: NO_APPROVALS },
      audit: {
        record: (action, _details, id = '') =>
          through(() => {
            if (!log.has(id)) log.set(id, { index: log.size, action });
            return { id, index: log.get(id)?.index ?? null };
          }),
      },
      checkpoint: async () => 'checkpoint',
      bench: async () => bench,
      permitReal: () => undefined,
      onKeysChanged: async () => undefined,
      now: () => new Date(0),
      random: (length) => new Uint8Array(length),
    });
  return {
    hall,
    log,
    events,
    minutes,
    versions,
    roots,
    parts,
    calls: () => calls,
    cut: (at: typeof cutAt) => (cutAt = at),
  };
}

async function play(room: ReturnType<typeof world>): Promise<void> {
  const hall = room.hall();
  const [going] = await hall.list();
  const { record } = going ?? (await hall.open({ script: 'rehearsal', mode: 'rehearsal', person: 'x' }));
  await runUnattended(hall, record.id, { material: rehearsalMaterial });
}

test('a whole rehearsal, cut at each of its calls, ends as if it had not been cut', async () => {
  const uncut = world();
  await play(uncut);
  const keysOf = (room: typeof uncut) => ({
    versions: [...room.versions.values()].map(({ slot, version, state, kcv }) => [slot, version, state, kcv]).sort(),
    roots: [...room.roots].sort(),
    parts: room.parts.size,
    minutes: room.minutes.size,
    names: [...room.events.values()]
      .flat()
      .map(({ event }) => eventKey(event))
      .sort(),
  });
  const expected = keysOf(uncut);
  expect(expected).toMatchObject({ parts: 0, minutes: 1 });
  expect(expected.versions.filter(([, , state]) => state === 'active')).toHaveLength(FEW.length);
  expect(uncut.calls()).toBeGreaterThan(60);
  for (let call = 1; call <= uncut.calls(); call++) {
    for (const after of [false, true]) {
      const room = world();
      room.cut({ call, after });
      await expect(play(room)).rejects.toBeInstanceOf(Cut);
      room.cut(null);
      await play(room);
      expect({ call, after, ...keysOf(room) }).toEqual({ call, after, ...expected });
      // No act has two leaves, and no leaf stands for what did not happen in the end.
      const told = [...room.events.values()].flat().map(({ log }) => log.id);
      expect(new Set(told).size).toBe(told.length);
      const leaves = [...room.log.values()].filter(({ action }) => action !== 'ceremony-minutes');
      expect({ call, after, leaves: leaves.length }).toEqual({ call, after, leaves: told.length });
    }
  }
}, 120_000);
