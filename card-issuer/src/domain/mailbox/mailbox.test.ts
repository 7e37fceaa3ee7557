import { describe, expect, test } from '@jest/globals';
import { checkedContent, isDeliverable, MAX_DELIVERIES, type OpenUpdate, stateAfter, supersede } from './index.ts';

const patch = (id: string, sequence: number, values: Record<string, string>, expected: Record<string, string>[]) =>
  ({
    id,
    sequence,
    subjects: Object.keys(values),
    content: { kind: 'patch', patch: values, expected },
  }) satisfies OpenUpdate;

describe('superseding', () => {
  test('a later patch of the same elements takes the place, and bears with what the earlier one may have left', () => {
    const { superseded, staying } = supersede([
      patch('a', 1, { phone1: '1' }, [{ phone1: '0' }]),
      patch('b', 2, { phone1: '2' }, [{ phone1: '1' }]),
    ]);
    expect([...superseded]).toEqual([['a', 'b']]);
    expect(staying.map(({ id }) => id)).toEqual(['b']);
    const [content] = staying.map((update) => update.content);
    expect(content?.kind === 'patch' && content.expected).toEqual([{ phone1: '1' }, { phone1: '0' }]);
  });

  test('part of the elements, another kind and lists give way to nothing', () => {
    const two = patch('a', 1, { phone1: '1', phone2: '1' }, []);
    expect(supersede([two, patch('b', 2, { phone1: '2' }, [])]).superseded.size).toBe(0);
    const list = { ...patch('a', 1, {}, []), subjects: ['allergies'] };
    expect(supersede([list, { ...list, id: 'b', sequence: 2 }]).superseded.size).toBe(0);
    const notice = {
      id: 'n',
      sequence: 3,
      subjects: ['see-counter'],
      content: { kind: 'notice', notice: 'see-counter' },
    };
    expect(supersede([two, notice as OpenUpdate]).superseded.size).toBe(0);
  });

  test('a re-key gives way to a newer version of the same slots, never to an older one', () => {
    const rekey = (id: string, version: number, retireOlder = false): OpenUpdate => ({
      id,
      sequence: version,
      subjects: ['RK1.DDF1'],
      content: { kind: 'rekey', slots: [{ slot: 'RK1.DDF1', version }], retireOlder },
    });
    expect([...supersede([rekey('a', 2), rekey('b', 3)]).superseded]).toEqual([['a', 'b']]);
    expect(supersede([rekey('a', 3), rekey('b', 2)]).superseded.size).toBe(0);
    expect(supersede([rekey('a', 2, true), rekey('b', 3)]).superseded.size).toBe(0);
  });
});

describe('results', () => {
  const leased = { state: 'leased', lease: 3 } as const;
  test.each([
    ['applied', 3, false, 'applied'],
    ['applied', 2, false, 'applied'],
    ['unknown', 3, false, 'unknown'],
    ['unknown', 2, false, null],
    ['not applied', 3, true, 'waiting'],
    ['not applied', 3, false, 'not-applied'],
    ['not applied', 2, false, null],
    ['applied', 4, false, null],
  ] as const)('%s under lease %d (retriable %s) → %s', (outcome, lease, retriable, state) => {
    expect(stateAfter(leased, { outcome, lease, retriable })).toBe(state);
  });

  test('told again it says nothing; the chip outdoes what was settled without it', () => {
    expect(stateAfter({ state: 'applied', lease: 3 }, { outcome: 'applied', lease: 3, retriable: false })).toBeNull();
    expect(stateAfter({ state: 'unknown', lease: 3 }, { outcome: 'unknown', lease: 3, retriable: false })).toBeNull();
    expect(
      stateAfter({ state: 'waiting', lease: 3 }, { outcome: 'not applied', lease: 3, retriable: true }),
    ).toBeNull();
    expect(stateAfter({ state: 'lapsed', lease: 3 }, { outcome: 'applied', lease: 3, retriable: false })).toBe(
      'applied',
    );
    const tired = { state: 'leased', lease: MAX_DELIVERIES } as const;
    expect(stateAfter(tired, { outcome: 'not applied', lease: MAX_DELIVERIES, retriable: true })).toBe('not-applied');
  });

  test('what a desk has in hand is not given to it twice, but to the next desk', () => {
    const update = { id: 'u', state: 'leased', leasedBy: 'desk-1' } as const;
    expect(isDeliverable(update, { agentId: 'desk-1', inHand: ['u'] })).toBe(false);
    expect(isDeliverable(update, { agentId: 'desk-1', inHand: [] })).toBe(true);
    expect(isDeliverable(update, { agentId: 'desk-2', inHand: ['u'] })).toBe(true);
    expect(isDeliverable({ ...update, state: 'applied' }, { agentId: 'desk-2', inHand: [] })).toBe(false);
  });
});

describe('contents', () => {
  test('Chinese names become keys; what no card takes is refused with the field', () => {
    const { content, subjects } = checkedContent({ kind: 'patch', patch: { 本人电话1: '13800000001' }, expected: [] });
    expect(subjects).toEqual(['phone1']);
    expect(content).toEqual({ kind: 'patch', patch: { phone1: '13800000001' }, expected: [] });
    expect(() => checkedContent({ kind: 'patch', patch: { 姓名: '李四' }, expected: [] })).toThrow();
    expect(() => checkedContent({ kind: 'patch', patch: {}, expected: [] })).toThrow();
    expect(() =>
      checkedContent({ kind: 'rekey', slots: [{ slot: 'XX1.DDF1', version: 2 }], retireOlder: false }),
    ).toThrow();
  });
});
