/** The console's own reckoning, beside the service's: proofs in WebCrypto against the log's code, the tree's layout, attention. */
import { describe, expect, test } from '@jest/globals';
import {
  consistencyRanges,
  Frontier,
  inclusionRanges,
  leafHash,
  rangeRoot,
  type TreeNode,
} from '../../src/audit/merkle-tree.ts';
import { attentionOf, byUrgency } from '../../web/attention.ts';
import {
  type Hash,
  isConsistent,
  leafHash as leafHashHere,
  rootFromInclusion,
  sameHash,
} from '../../web/audit/merkle.ts';
import { parseMetrics } from '../../web/health/metrics.ts';
import { layoutTree } from '../../web/key-tree/tree-layout.ts';

const SIZE = 40;
const lines = Array.from({ length: SIZE }, (_, at) => `{"index":${at}}`);
const encode = (line: string) => new TextEncoder().encode(line);
const nodes: TreeNode[] = [];
const roots: Hash[] = [];
const frontier = new Frontier();
for (const line of lines) {
  nodes.push(...frontier.append(leafHash(encode(line))));
  roots.push(Uint8Array.from(frontier.root));
}
const subtree = ({ level, position }: { level: number; position: number }): Hash => {
  const found = nodes.find((node) => node.level === level && node.position === position);
  if (found === undefined) throw new Error(`no subtree ${level}/${position}`);
  return Uint8Array.from(found.hash);
};
const root = (size: number): Hash => roots[size - 1] as Hash;
const pathOf = (ranges: readonly { start: number; end: number }[]): Hash[] =>
  ranges.map((range) => Uint8Array.from(rangeRoot(range, subtree)));
const flip = (hash: Hash): Hash => hash.map((byte, at) => (at === 7 ? byte ^ 1 : byte));

describe('proofs in the browser agree with the log', () => {
  test('inclusion of every leaf in every tree of 1 to 40; another leaf, index or path does not hold', async () => {
    for (let size = 1; size <= SIZE; size++) {
      for (let index = 0; index < size; index++) {
        const leaf = await leafHashHere(lines[index] as string);
        const path = pathOf(inclusionRanges(index, size));
        const found = await rootFromInclusion(leaf, index, size, path);
        expect(found !== null && sameHash(found.root, root(size))).toBe(true);
        const forged = await rootFromInclusion(flip(leaf), index, size, path);
        expect(forged !== null && sameHash(forged.root, root(size))).toBe(false);
        if (path.length > 0) expect(await rootFromInclusion(leaf, index, size, path.slice(1))).toBeNull();
      }
    }
    expect(await rootFromInclusion(root(1), 1, 1, [])).toBeNull();
  });

  test('consistency of all pairs of 1 to 40; a changed root does not hold', async () => {
    for (let size = 1; size <= SIZE; size++) {
      for (let earlier = 1; earlier <= size; earlier++) {
        const path = earlier === size ? [] : pathOf(consistencyRanges(earlier, size));
        const heads = [
          { size: earlier, root: root(earlier) },
          { size, root: root(size) },
        ] as const;
        expect(await isConsistent(heads[0], heads[1], path)).toBe(true);
        expect(await isConsistent({ size: earlier, root: flip(root(earlier)) }, heads[1], path)).toBe(false);
      }
    }
    expect(await isConsistent({ size: 3, root: root(3) }, { size: 2, root: root(2) }, [])).toBe(false);
  });
});

test('the tree: a lane for each slot in the column of its root, a station for each dispersal', () => {
  const text = { zh: '甲', en: 'A' };
  const slot = { text, cityLevel: false, purpose: 'read', onCard: true, suite: 'intl-128' };
  const layout = layoutTree(
    {
      text,
      nation: { code: '156', text },
      provinces: [
        { code: '13', text, factor: '3133303030303030', cities: [{ code: '1301', text, disperses: true }] },
        { code: '14', text, factor: '3134303030303030', cities: [] },
      ],
      issuers: [],
      slots: [
        { ...slot, name: 'RK1.DDF1', root: 'national', cityLevel: true },
        { ...slot, name: 'MK.MF', root: 'provincial' },
        { ...slot, name: 'TMK', root: 'provincial', onCard: false },
      ],
    },
    [],
    '',
  );
  expect(layout.lanes.map(({ slot: { name }, stations }) => [name, stations.map(({ level }) => level)])).toEqual([
    ['RK1.DDF1', ['province', 'city', 'card', 'session']],
    ['MK.MF', ['card', 'session']],
    ['TMK', []],
  ]);
  expect(layout.areas.filter(({ onPath }) => onPath).map(({ key }) => key)).toEqual([
    'nation',
    '13',
    '1301',
    'card',
    'session',
  ]);
  expect(layout.areas.find(({ key }) => key === '13')?.note).toBe('13000000');
});

test('attention: what is urgent stands first', () => {
  const version = {
    suite: 'intl-128',
    kcv: 'AABBCC',
    kcvMethod: 'ENC0',
    createdAt: '2026-01-01T00:00:00Z',
    cryptoperiodEnds: null,
  } as const;
  const found = byUrgency(
    attentionOf(
      null,
      {
        versions: [
          { ...version, slot: 'MK.MF', version: 1, state: 'suspended', activateAt: null, destroyAt: null },
          { ...version, slot: 'MK.MF', version: 2, state: 'compromised', activateAt: null, destroyAt: null },
        ],
        warnings: [],
      },
      null,
      null,
      new Date('2026-11-25T00:00:00Z'),
    ),
  );
  expect(found.map(({ light, page }) => [light, page])).toEqual([
    ['bad', 'keys/MK.MF/2'],
    ['warn', 'keys/MK.MF/1'],
  ]);
});

test('without a roster one is told so, with the command; an unknown one says nothing', () => {
  const now = new Date('2026-11-25T00:00:00Z');
  const none = { roster: null, sha256: null, sealed: false, candidates: [] };
  const [row, ...more] = attentionOf(null, null, null, none, now);
  expect(row).toMatchObject({ light: 'warn', page: 'approvals' });
  expect(row?.text.zh).toContain('npm run roster');
  expect(more).toEqual([]);
  expect(attentionOf(null, null, null, null, now)).toEqual([]);
});

test('metrics: names, labels, values', () => {
  expect(parseMetrics('# HELP x y\nrhc_key_uses_total{slot="TMK",version="1"} 7\nup 1\n')).toEqual([
    { name: 'rhc_key_uses_total', labels: { slot: 'TMK', version: '1' }, value: 7 },
    { name: 'up', labels: {}, value: 1 },
  ]);
});
