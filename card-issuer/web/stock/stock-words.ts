/** The words of the store: counts of a ledger, movements, states of a transfer. */
import type { Light, Text } from '@rhc/console-shell';
import type { LocationsResponse, TransfersResponse } from '../../src/contract/index.ts';

export type Place = LocationsResponse['locations'][number];
export type Ledger = Place['ledger'];
export type Transfer = TransfersResponse['transfers'][number];

export const COUNTS: readonly (Text & { readonly name: keyof Ledger })[] = [
  { name: 'received', zh: '收入', en: 'received' },
  { name: 'stock', zh: '库存', en: 'stock' },
  { name: 'inWork', zh: '在制', en: 'in work' },
  { name: 'issued', zh: '发出', en: 'issued' },
  { name: 'spoiled', zh: '报废', en: 'spoiled' },
  { name: 'returned', zh: '退回', en: 'returned' },
];

/** received − all the rest: 0, or something is wrong with the books. */
export const differenceOf = (ledger: Ledger): number =>
  ledger.received - ledger.stock - ledger.inWork - ledger.issued - ledger.spoiled - ledger.returned;

const MOVEMENTS: Readonly<Record<string, Text>> = {
  receive: { zh: '入库', en: 'received' },
  transfer: { zh: '移交', en: 'transfer' },
  take: { zh: '领用制卡', en: 'taken for a card' },
  issue: { zh: '发出', en: 'issued' },
  spoil: { zh: '报废', en: 'spoiled' },
  'return-to-supplier': { zh: '退卡商', en: 'returned to supplier' },
};
export const movementText = (kind: string): Text => MOVEMENTS[kind] ?? { zh: kind, en: '' };

export const TRANSFER_STATES: Readonly<Record<Transfer['state'], Text & { readonly light: Light }>> = {
  offered: { zh: '待签收', en: 'offered', light: 'busy' },
  taken: { zh: '已签收', en: 'taken', light: 'good' },
  withdrawn: { zh: '已撤回', en: 'withdrawn', light: 'idle' },
};

export const count = (value: number): string => value.toLocaleString('zh-CN');
