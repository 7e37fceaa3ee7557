/** A rotation before it is carried out: which versions follow which, what would happen, and what stands against it. Pure. */
import type { Text } from '@rhc/card/errors';
import { CARD_KEY_SLOTS } from '@rhc/card/profile';
import type { DryRunResponse, PlanRotationRequest, RotationState } from '../../contract/rotation.ts';
import { chinaTime } from '../china-time.ts';
import type { KeyVersionRecord } from '../key-states.ts';
import type { KeyVersion } from '../key-versions.ts';
import { monthsUntil } from './evidence.ts';

/** CARD.md: a card's key files hold three versions of each of 22 slots. */
const VERSIONS_PER_SLOT = 3;
const KEYS_ON_CARD_AT_MOST = CARD_KEY_SLOTS.length * VERSIONS_PER_SLOT;

export interface PlannedSlot {
  readonly slot: KeyVersion['slot'];
  readonly from: number;
  readonly to: number;
}
export interface RotationPlan extends Omit<PlanRotationRequest, 'slots' | 'version'> {
  readonly slots: readonly PlannedSlot[];
}
export interface Rotation {
  readonly id: string;
  readonly state: RotationState;
  readonly plan: RotationPlan;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly activatedAt: Date | null;
  /** Province → when it went ahead. */
  readonly provinces: Readonly<Record<string, string>>;
  /** Step → request for approval. */
  readonly approvals: Readonly<Partial<Record<'prepare' | 'retire' | 'roll-back', string>>>;
}
/** What the dry run looks at beside the order. */
export interface RotationFacts {
  readonly records: readonly KeyVersionRecord[];
  readonly provinces: readonly string[];
  /** Suites for which the HSM's model has mechanisms. */
  readonly suites: readonly string[];
  /** Slots of rotations that are under way. */
  readonly busy: readonly string[];
  readonly cards: number;
  readonly sams: number;
  readonly now: Date;
}

export function plannedSlots(order: PlanRotationRequest, records: readonly KeyVersionRecord[]): PlannedSlot[] {
  return order.slots.flatMap((slot) => {
    const own = records.filter((each) => each.slot === slot);
    const active = own.find(({ state }) => state === 'active');
    if (active === undefined) return [];
    const present = own.find(({ state, version }) => state === 'pre-active' && version > active.version);
    const next = order.source === 'present' ? present?.version : Math.max(...own.map(({ version }) => version)) + 1;
    return [{ slot: active.slot, from: active.version, to: order.version ?? next ?? 0 }];
  });
}

export function dryRun(order: PlanRotationRequest, facts: RotationFacts): DryRunResponse {
  const { records, now } = facts;
  const slots = plannedSlots(order, records);
  const faults: Text[] = [];
  const fault = (zh: string, en: string) => faults.push({ zh, en });
  const find = (slot: string, version: number) =>
    records.find((each) => each.slot === slot && each.version === version);
  for (const slot of order.slots) {
    if (!slots.some((each) => each.slot === slot)) fault(`${slot} 没有启用的版本`, `${slot} has no active version`);
    if (facts.busy.includes(slot)) fault(`${slot} 正在另一个轮换中`, `${slot} is in another rotation already`);
  }
  for (const { slot, from, to } of slots) {
    const there = find(slot, to);
    if (to <= from || to > 255)
      fault(
        `${slot}:新版本须大于 ${from} 且不超过 255`,
        `${slot}: the new version must be over ${from} and at most 255`,
      );
    else if (order.source === 'generate' && there !== undefined)
      fault(`${slot}#${to} 已经存在`, `${slot}#${to} exists already`);
    else if (order.source === 'present' && there?.state !== 'pre-active')
      fault(`${slot}#${to} 还没有预置`, `${slot}#${to} is not pre-active`);
    else if (order.source === 'present' && there?.suite !== order.suite)
      fault(`${slot}#${to} 属于套件 ${there?.suite}`, `${slot}#${to} is of suite ${there?.suite}`);
  }
  if (!facts.suites.includes(order.suite)) {
    fault(
      `此密码机型号没有套件 ${order.suite} 的机制`,
      `this HSM model has no mechanisms for the suite ${order.suite}`,
    );
  }
  if (new Date(order.activateAt) <= now) fault('启用时间须在将来', 'the activation must lie ahead');
  for (const { province, activateAt } of order.regions) {
    if (!facts.provinces.includes(province))
      fault(`密钥体系中没有省份 ${province}`, `the hierarchy has no province ${province}`);
    if (activateAt > order.activateAt)
      fault(`省份 ${province} 的时间晚于全体启用`, `province ${province} would come after the whole`);
  }
  const loaded = (slot: string) =>
    records.filter((each) => each.slot === slot && ['active', 'pre-active'].includes(each.state)).length;
  const onCard = CARD_KEY_SLOTS.reduce((sum, slot) => {
    const more = order.source === 'generate' && slots.some((each) => each.slot === slot) ? 1 : 0;
    if (loaded(slot) + more > VERSIONS_PER_SLOT)
      fault(
        `新卡放不下 ${slot} 的第 ${loaded(slot) + more} 个版本`,
        `a new card has no room for version no. ${loaded(slot) + more} of ${slot}`,
      );
    return sum + loaded(slot) + more;
  }, 0);
  const months = monthsUntil(0.01, order.monthlyContact);
  return {
    possible: faults.length === 0,
    faults,
    sentences: sentences(order, slots, facts, onCard, months),
    numbers: {
      keys: slots.length,
      cards: facts.cards,
      sams: facts.sams,
      keysOnCard: onCard,
      keysOnCardAtMost: KEYS_ON_CARD_AT_MOST,
      monthsToOnePercent: months,
    },
  };
}

function sentences(
  order: PlanRotationRequest,
  slots: readonly PlannedSlot[],
  facts: RotationFacts,
  onCard: number,
  months: number,
): Text[] {
  const list = slots.map(({ slot, from, to }) => `${slot} ${from}→${to}`).join(', ');
  const other = slots.filter(({ slot, from }) =>
    facts.records.some((each) => each.slot === slot && each.version === from && each.suite !== order.suite),
  );
  const rate = Math.round(order.monthlyContact * 100);
  return [
    order.source === 'generate'
      ? {
          zh: `密码机将生成 ${slots.length} 个新密钥:${list}。`,
          en: `The HSM would make ${slots.length} new keys: ${list}.`,
        }
      : {
          zh: `采用已预置的 ${slots.length} 个密钥:${list}。`,
          en: `${slots.length} keys that stand ready would be taken: ${list}.`,
        },
    ...(other.length === 0
      ? []
      : [
          {
            zh: `${other.length} 个槽位换用套件 ${order.suite}。`,
            en: `${other.length} slots change to the suite ${order.suite}.`,
          },
        ]),
    {
      zh: `此后制作的卡与 SAM 同时装新旧两个版本:每卡 ${onCard} 个密钥(最多 ${KEYS_ON_CARD_AT_MOST})。`,
      en: `Cards and SAMs made from then on hold both versions: ${onCard} keys a card (at most ${KEYS_ON_CARD_AT_MOST}).`,
    },
    ...order.regions.map(({ province, activateAt }) => ({
      zh: `省份 ${province} 于 ${chinaTime(activateAt)} 先行启用。`,
      en: `Province ${province} would go ahead at ${chinaTime(activateAt)}, China time.`,
    })),
    {
      zh: `全体于 ${chinaTime(order.activateAt)} 启用新版本;旧版本转为停用,仍可服务旧卡。`,
      en: `Everybody follows at ${chinaTime(order.activateAt)}, China time; the old versions are deactivated and go on serving old cards.`,
    },
    {
      zh: `在用卡 ${facts.cards} 张、SAM ${facts.sams} 张;每月 ${rate}% 联机,${months.toFixed(1)} 个月后剩 1%。`,
      en: `${facts.cards} cards and ${facts.sams} SAMs are in the field; at ${rate} % online a month 1 % remain after ${months.toFixed(1)} months.`,
    },
    {
      zh: `仍需旧版本的卡与 SAM 不超过 ${order.retireBelow} 时可退役;退役前可回退。`,
      en: `Retirement once at most ${order.retireBelow} cards and SAMs still need the old versions; until then it can be rolled back.`,
    },
  ];
}
