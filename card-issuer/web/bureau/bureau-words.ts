/** The words of the bureau's pages: states of an order, of its lines, of boxes. */
import type { Light, Text } from '@rhc/console-shell';
import type {
  BureauBoxesResponse,
  BureauLinesResponse,
  BureauOrderResponse,
  BureauOrdersResponse,
  BureauReportResponse,
  BureausResponse,
} from '../../src/contract/index.ts';
import { BUREAU_LINE_STATES, type BureauLineState } from '../../src/domain/bureau/line-states.ts';

export type BureauEntry = BureausResponse['bureaus'][number];
export type Order = BureauOrdersResponse['orders'][number];
export type OrderInFull = BureauOrderResponse;
export type Line = BureauLinesResponse['lines'][number];
export type Report = BureauReportResponse;
export type Box = BureauBoxesResponse['boxes'][number];

export const ORDER_STATES: Readonly<Record<Order['state'], Text & { readonly light: Light }>> = {
  reserved: { zh: '已预留,文件未生成', en: 'reserved, no file yet', light: 'warn' },
  sealed: { zh: '文件已生成', en: 'file made', light: 'busy' },
  closed: { zh: '已结清', en: 'closed', light: 'good' },
};

const LINE_LIGHTS: Readonly<Record<BureauLineState, Light>> = {
  reserved: 'busy',
  sent: 'busy',
  made: 'good',
  failed: 'warn',
  spoiled: 'bad',
  missing: 'bad',
  repeated: 'idle',
  wasted: 'idle',
  'written-off': 'idle',
};
/** The order in which counts stand on the page: as the table of the domain tells a line's life. */
export const LINE_STATES = (Object.keys(BUREAU_LINE_STATES) as BureauLineState[]).map((state) => ({
  state,
  ...BUREAU_LINE_STATES[state],
  light: LINE_LIGHTS[state],
}));
export const lineState = (state: string): Text & { readonly light: Light } =>
  LINE_STATES.find((each) => each.state === state) ?? { zh: state, en: '', light: 'idle' };

export const BOX_KINDS: Readonly<Record<Box['kind'], Text>> = {
  blanks: { zh: '空白卡(发往制卡中心)', en: 'blanks, to the bureau' },
  cards: { zh: '成品卡(寄回)', en: 'cards, back to us' },
  waste: { zh: '废卡(寄回)', en: 'waste, back to us' },
};

export const LINE_RESULTS: Readonly<Record<Report['report'][number]['result'], Text & { readonly light: Light }>> = {
  accepted: { zh: '收下', en: 'accepted', light: 'good' },
  known: { zh: '已有', en: 'known already', light: 'idle' },
  refused: { zh: '拒绝', en: 'refused', light: 'bad' },
};

export const counted = (value: number): string => value.toLocaleString('zh-CN');
