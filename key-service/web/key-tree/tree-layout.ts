/**
 * Where everything of the key tree stands. Columns are levels (nation, province, city, card, session); each key slot is
 * a lane that begins in the column of whoever holds its root, with its versions, and stops at every level where it is
 * dispersed. So one sees at a glance whose key it is and how many derivations lie between root and card. Pure.
 */
import type { HierarchyResponse, KeyVersionsResponse } from '../../src/contract/index.ts';

type Version = KeyVersionsResponse['versions'][number];
type Slot = HierarchyResponse['slots'][number];
export type Level = 'nation' | 'province' | 'city' | 'card' | 'session';

export const COLUMNS: Readonly<Record<Level, number>> = {
  nation: 12,
  province: 208,
  city: 406,
  card: 492,
  session: 578,
};
export const BOX = { width: 76, height: 42 } as const;
export const PILL = { width: 34, height: 19 } as const;
const LANE = 25;
const HEADING = 30;
const NAME_WIDTH = 76;
const TOP = 14;
export const WIDTH = 774;
export const LABEL_X = 664;

export interface AreaBox {
  readonly key: string;
  readonly level: Level;
  readonly x: number;
  readonly y: number;
  readonly zh: string;
  readonly en: string;
  readonly note: string;
  /** Of the path whose lanes are drawn. */
  readonly onPath: boolean;
  /** Key of the box that it hangs below; null at the nation. */
  readonly below: string | null;
}

export interface Pill {
  readonly x: number;
  readonly version: Version;
}

export interface Lane {
  readonly slot: Slot;
  readonly y: number;
  readonly x: number;
  readonly pills: readonly Pill[];
  /** Levels at which the key is dispersed, with their places. */
  readonly stations: readonly { readonly level: Level; readonly x: number }[];
}

export interface TreeLayout {
  readonly height: number;
  readonly areas: readonly AreaBox[];
  readonly headings: readonly { readonly y: number; readonly zh: string; readonly en: string }[];
  readonly lanes: readonly Lane[];
}

/** @param chosen code of the province or city whose path is drawn; '' = the first */
export function layoutTree(hierarchy: HierarchyResponse, versions: readonly Version[], chosen: string): TreeLayout {
  const areas = areaBoxes(hierarchy, chosen);
  const city = hierarchy.provinces.flatMap(({ cities }) => cities).find(({ code }) => isOnPath(areas, code));
  const headings: { y: number; zh: string; en: string }[] = [];
  const lanes: Lane[] = [];
  let y = Math.max(...areas.map((box) => box.y + BOX.height)) + 12;
  for (const { zh, en, of } of BRANCHES) {
    const slots = hierarchy.slots.filter(of);
    if (slots.length === 0) continue;
    headings.push({ y: y + HEADING - 10, zh, en });
    y += HEADING;
    for (const slot of slots) {
      lanes.push(laneOf(slot, versions, y, city?.disperses ?? false));
      y += LANE;
    }
  }
  return { height: y + TOP, areas, headings, lanes };
}

const BRANCHES: readonly { zh: string; en: string; of: (slot: Slot) => boolean }[] = [
  { zh: '国家分支:根在部级', en: 'national branch', of: (slot) => slot.onCard && slot.root === 'national' },
  { zh: '省级分支:根在省级', en: 'provincial branch', of: (slot) => slot.onCard && slot.root === 'provincial' },
  { zh: '不上卡的密钥', en: 'not on the card', of: (slot) => !slot.onCard },
];

function laneOf(slot: Slot, versions: readonly Version[], y: number, cityDisperses: boolean): Lane {
  const x = slot.root === 'national' ? COLUMNS.nation : COLUMNS.province;
  const own = versions.filter((each) => each.slot === slot.name).sort((a, b) => a.version - b.version);
  const levels: Level[] = [
    ...(slot.root === 'national' ? (['province'] as const) : []),
    ...(slot.cityLevel && cityDisperses ? (['city'] as const) : []),
    ...(slot.onCard ? (['card', 'session'] as const) : []),
  ];
  return {
    ...{ slot, x, y },
    pills: own.map((version, at) => ({ version, x: x + NAME_WIDTH + at * (PILL.width + 4) })),
    stations: levels.map((level) => ({ level, x: COLUMNS[level] + (level === 'province' ? 10 : BOX.width / 2) })),
  };
}

const isOnPath = (areas: readonly AreaBox[], code: string): boolean =>
  areas.some(({ key, onPath }) => key === code && onPath);

function areaBoxes({ nation, provinces }: HierarchyResponse, chosen: string): AreaBox[] {
  const path = provinces.find(({ code }) => chosen.startsWith(code)) ?? provinces[0];
  const city = path?.cities.find(({ code }) => code === chosen) ?? path?.cities[0];
  const box = (level: Level, at: number, more: Pick<AreaBox, 'key' | 'zh' | 'en' | 'note' | 'onPath' | 'below'>) => ({
    ...{ level, x: COLUMNS[level], y: TOP + at * (BOX.height + 8) },
    ...more,
  });
  return [
    box('nation', 0, { key: 'nation', ...nation.text, note: nation.code, onPath: true, below: null }),
    ...provinces.map(({ code, text, factor }, at) =>
      box('province', at, { key: code, ...text, note: ascii(factor), onPath: code === path?.code, below: 'nation' }),
    ),
    ...(path?.cities ?? []).map(({ code, text }, at) =>
      box('city', at, { key: code, ...text, note: code, onPath: code === city?.code, below: path?.code ?? null }),
    ),
    box('card', 0, { key: 'card', zh: '卡', en: 'Card', note: '一卡一密', onPath: true, below: city?.code ?? null }),
    box('session', 0, { key: 'session', zh: '会话', en: 'Session', note: '随机数', onPath: true, below: 'card' }),
  ];
}

/** A factor is the ASCII of an area's code filled with zeros; anything else stays hex. */
function ascii(hex: string): string {
  const text = (hex.match(/../g) ?? []).map((byte) => String.fromCharCode(Number.parseInt(byte, 16))).join('');
  return /^[0-9A-Za-z]+$/.test(text) ? text : hex;
}
