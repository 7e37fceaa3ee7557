/**
 * The life of a key version (KEYS.md, "Key life"; NIST SP 800-57 part 1, 7.): which moves there are, what each needs,
 * schedules and cryptoperiods. Destruction is never a move of a person's hand: it is scheduled, can be taken back for
 * 30 days, and is then carried out. Pure: the clock and the evidence come in.
 */
import { keyServiceErrors } from '../errors.ts';
import type { KeyVersion, KeyVersionState } from './key-versions.ts';

export interface KeyVersionRecord extends KeyVersion {
  readonly createdAt: Date;
  readonly activateAt: Date | null;
  readonly destroyAt: Date | null;
  /** End of the period in which the version is put onto new cards; null: none is set. */
  readonly cryptoperiodEnds: Date | null;
}

export interface KeyMove {
  readonly slot: KeyVersion['slot'];
  readonly version: number;
  readonly from: KeyVersionState;
  readonly to: KeyVersionState;
  readonly at: Date;
  readonly actor: string;
  readonly reason: string;
}
export type MoveOrder = Pick<KeyMove, 'at' | 'actor' | 'reason'>;

/** How many cards are known to need a version; null when nobody knows. */
export type CardsInField = number | null;

/** Approvers' names only: that they approved is proven where approvals are checked (KEYS.md, "Quorum"). */
export interface Override {
  readonly approvers: readonly string[];
  /** Cards that still need it, where reports from the field say so. */
  readonly evidence?: number;
}

/** A person's moves. `destroyed` is missing: see `planDestruction` and `dueDestructions`. */
const MOVES: Readonly<Record<KeyVersionState, readonly KeyVersionState[]>> = {
  'pre-active': ['active', 'compromised'],
  active: ['suspended', 'deactivated', 'compromised'],
  suspended: ['active', 'deactivated', 'compromised'],
  deactivated: ['compromised'],
  compromised: [],
  destroyed: [],
};
/** What a person may make of a version in this state. */
export const movesFrom = (state: KeyVersionState): readonly KeyVersionState[] => MOVES[state];

const DESTRUCTIBLE: readonly KeyVersionState[] = ['pre-active', 'suspended', 'deactivated', 'compromised'];

const DAY_MS = 86_400_000;
export const DESTRUCTION_DELAY_DAYS = 30;
const WARN_DAYS = 90;
const OVERRIDE_APPROVERS = 2;

function refused(record: KeyVersion, zh: string, en: string): Error {
  return keyServiceErrors.make('KEY_MOVE_REFUSED', {
    detail: `${record.slot}#${record.version} ${record.state}: ${en}`,
    fields: [{ field: `${record.slot}#${record.version}`, rule: { zh, en } }],
  });
}

function requireOrder(record: KeyVersion, { actor, reason }: MoveOrder): void {
  if (actor.trim() === '' || reason.trim() === '') {
    throw refused(record, '须写明执行人与理由', 'needs an actor and a reason');
  }
}

const move = (record: KeyVersion, to: KeyVersionState, order: MoveOrder): KeyMove => ({
  slot: record.slot,
  version: record.version,
  from: record.state,
  to,
  at: order.at,
  actor: order.actor,
  reason: order.reason,
});

function requireRecord(all: readonly KeyVersionRecord[], slot: string, version: number): KeyVersionRecord {
  const found = all.find((each) => each.slot === slot && each.version === version);
  if (found === undefined) throw keyServiceErrors.make('KEY_MISSING', { detail: `${slot}#${version}` });
  return found;
}

/**
 * One move, or two: a version that becomes active takes the place of the one that is, which then serves old cards only.
 * In the order in which they must be written.
 * @throws KEY_MISSING, KEY_MOVE_REFUSED
 */
export function planMove(
  all: readonly KeyVersionRecord[],
  { slot, version }: Pick<KeyVersion, 'slot' | 'version'>,
  to: KeyVersionState,
  order: MoveOrder,
): KeyMove[] {
  const record = requireRecord(all, slot, version);
  requireOrder(record, order);
  if (record.destroyAt !== null) throw refused(record, '已排定销毁,须先恢复', 'is to be destroyed; restore it first');
  if (!MOVES[record.state].includes(to)) {
    throw refused(record, `不能从 ${record.state} 变为 ${to}`, `cannot go from ${record.state} to ${to}`);
  }
  const predecessor = to === 'active' ? all.find((each) => each.slot === slot && each.state === 'active') : undefined;
  return [...(predecessor === undefined ? [] : [move(predecessor, 'deactivated', order)]), move(record, to, order)];
}

/** @throws KEY_MISSING, KEY_MOVE_REFUSED unless the version is pre-active and the moment lies ahead */
export function planActivation(
  all: readonly KeyVersionRecord[],
  { slot, version }: Pick<KeyVersion, 'slot' | 'version'>,
  activateAt: Date,
  order: MoveOrder,
): KeyVersionRecord {
  const record = requireRecord(all, slot, version);
  requireOrder(record, order);
  if (record.state !== 'pre-active' || record.destroyAt !== null) {
    throw refused(record, '只有预置的版本可以排定启用', 'only a pre-active version can be scheduled');
  }
  if (activateAt <= order.at) throw refused(record, '启用时间须在将来', 'must be scheduled for a time to come');
  return { ...record, activateAt };
}

/** Scheduled activations whose time has come, the earliest first; of one slot's several the last wins. */
export function dueActivations(all: readonly KeyVersionRecord[], now: Date): KeyVersionRecord[] {
  return all
    .filter((each) => each.state === 'pre-active' && each.activateAt !== null && each.activateAt <= now)
    .sort((a, b) => Number(a.activateAt) - Number(b.activateAt) || a.version - b.version);
}

/**
 * Destruction in 30 days; until then the version serves nobody, so that whoever still needs it is heard in time.
 * @throws KEY_MOVE_REFUSED, KEY_IN_FIELD when cards need it, or may, and two others have not approved
 */
export function planDestruction(
  all: readonly KeyVersionRecord[],
  { slot, version }: Pick<KeyVersion, 'slot' | 'version'>,
  order: MoveOrder,
  cards: CardsInField,
  override?: Override,
): KeyVersionRecord {
  const record = requireRecord(all, slot, version);
  requireOrder(record, order);
  if (record.destroyAt !== null) throw refused(record, '已排定销毁', 'is to be destroyed already');
  if (!DESTRUCTIBLE.includes(record.state)) {
    throw refused(record, `${record.state} 的版本不能销毁`, `a version that is ${record.state} cannot be destroyed`);
  }
  if (cards !== 0) requireOverride(record, cards, order, override);
  return { ...record, activateAt: null, destroyAt: new Date(order.at.getTime() + DESTRUCTION_DELAY_DAYS * DAY_MS) };
}

function requireOverride(record: KeyVersion, cards: CardsInField, order: MoveOrder, override?: Override): void {
  const others = new Set((override?.approvers ?? []).filter((name) => name.trim() !== '' && name !== order.actor));
  if (others.size >= OVERRIDE_APPROVERS) return;
  throw keyServiceErrors.make('KEY_IN_FIELD', {
    detail: `${record.slot}#${record.version}: ${cards ?? 'unknown'} cards`,
    fields: [
      {
        field: `${record.slot}#${record.version}`,
        rule:
          cards === null
            ? { zh: '不知道还有多少卡需要它', en: 'nobody knows how many cards need it' }
            : { zh: `还有 ${cards} 张卡需要它`, en: `${cards} cards need it` },
      },
    ],
  });
}

/** Takes a scheduled destruction back: to suspended, but what was compromised stays so. @throws KEY_MOVE_REFUSED */
export function planRestore(
  all: readonly KeyVersionRecord[],
  { slot, version }: Pick<KeyVersion, 'slot' | 'version'>,
  order: MoveOrder,
): KeyMove[] {
  const record = requireRecord(all, slot, version);
  requireOrder(record, order);
  if (record.state === 'destroyed') throw refused(record, '已经销毁', 'is destroyed');
  if (record.destroyAt === null) throw refused(record, '没有排定销毁', 'is not to be destroyed');
  if (record.destroyAt <= order.at) throw refused(record, '恢复期限已过', 'the time to restore it has passed');
  return [move(record, record.state === 'compromised' ? 'compromised' : 'suspended', order)];
}

export function dueDestructions(all: readonly KeyVersionRecord[], now: Date): KeyVersionRecord[] {
  return all.filter((each) => each.state !== 'destroyed' && each.destroyAt !== null && each.destroyAt <= now);
}

export const destructionMove = (record: KeyVersionRecord, at: Date): KeyMove =>
  move(record, 'destroyed', { at, actor: 'schedule', reason: `${DESTRUCTION_DELAY_DAYS} days have passed` });

/**
 * A rotation taken back: the older version is active again, and the newer one goes on serving the cards that hold it.
 * Nothing where it is active already.
 * @throws KEY_MISSING, KEY_MOVE_REFUSED when it is to be destroyed or is not merely deactivated
 */
export function planReinstatement(
  all: readonly KeyVersionRecord[],
  { slot, version }: Pick<KeyVersion, 'slot' | 'version'>,
  order: MoveOrder,
): KeyMove[] {
  const record = requireRecord(all, slot, version);
  requireOrder(record, order);
  if (record.state === 'active') return [];
  if (record.destroyAt !== null || record.state !== 'deactivated') {
    throw refused(
      record,
      '只有停用且未排定销毁的版本可以恢复启用',
      'only a deactivated version that stays can be reinstated',
    );
  }
  const present = all.find((each) => each.slot === slot && each.state === 'active');
  return [...(present === undefined ? [] : [move(present, 'deactivated', order)]), move(record, 'active', order)];
}

export interface CryptoperiodWarning {
  readonly slot: KeyVersion['slot'];
  readonly version: number;
  readonly kind: 'ended' | 'ends-soon' | 'no-successor';
  /** Whole days; negative when it has ended. */
  readonly daysLeft: number;
}

/** Active versions whose cryptoperiod has ended or ends within 90 days, and whether a successor stands ready. */
export function cryptoperiodWarnings(all: readonly KeyVersionRecord[], now: Date): CryptoperiodWarning[] {
  return all.flatMap((record) => {
    if (record.state !== 'active' || record.cryptoperiodEnds === null) return [];
    const daysLeft = Math.floor((record.cryptoperiodEnds.getTime() - now.getTime()) / DAY_MS);
    if (daysLeft >= WARN_DAYS) return [];
    const { slot, version } = record;
    const successor = all.some((each) => each.slot === slot && each.state === 'pre-active' && each.destroyAt === null);
    const first: CryptoperiodWarning = { slot, version, kind: daysLeft < 0 ? 'ended' : 'ends-soon', daysLeft };
    return successor ? [first] : [first, { slot, version, kind: 'no-successor', daysLeft }];
  });
}
