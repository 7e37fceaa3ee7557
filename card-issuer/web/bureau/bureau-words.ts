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

export const LINE_STATES: Readonly<Record<Line['state'], Text & { readonly light: Light }>> = {
  reserved: { zh: '已预留', en: 'reserved', light: 'busy' },
  sent: { zh: '在制卡中心', en: 'with the bureau', light: 'busy' },
  made: { zh: '已制成', en: 'made', light: 'good' },
  failed: { zh: '未制成,芯片可用', en: 'not made, chip still good', light: 'warn' },
  spoiled: { zh: '废卡,待收回', en: 'spoiled, on its way back', light: 'bad' },
  missing: { zh: '缺失', en: 'missing', light: 'bad' },
  repeated: { zh: '已转入新订单', en: 'taken over by another order', light: 'idle' },
  wasted: { zh: '废卡已双人清点', en: 'waste, counted by two people', light: 'idle' },
  'written-off': { zh: '已双人核销', en: 'written off by two people', light: 'idle' },
};
/** What two people may write off. */
export const WRITABLE_OFF: readonly Line['state'][] = ['missing', 'failed'];

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
