/** What becomes of a line of a bureau's order; every change of a line goes through this table. */
import type { Text } from '@rhc/card/errors';

export const BUREAU_LINE_STATES = {
  reserved: { zh: '已预留', en: 'reserved' },
  sent: { zh: '在制卡中心', en: 'with the bureau' },
  made: { zh: '已制成', en: 'made' },
  failed: { zh: '未制成,芯片可用', en: 'not made, chip still good' },
  spoiled: { zh: '废卡,待收回', en: 'spoiled, on its way back' },
  missing: { zh: '缺失', en: 'missing' },
  repeated: { zh: '已转入新订单', en: 'taken over by another order' },
  wasted: { zh: '废卡已双人清点', en: 'waste, counted by two people' },
  'written-off': { zh: '已双人核销', en: 'written off by two people' },
} as const satisfies Record<string, Text>;
export type BureauLineState = keyof typeof BUREAU_LINE_STATES;

/** Outcomes that a return file may bring in this state. */
export const TAKES_OUTCOMES: readonly BureauLineState[] = ['sent', 'missing'];
/** The line needs nothing more; a made one once its box has come. */
export const ENDED: readonly BureauLineState[] = ['repeated', 'wasted', 'written-off'];
/** States in which the chip is not in our hands: nobody may personalize or spoil the card meanwhile. */
export const AT_BUREAU: readonly BureauLineState[] = ['reserved', 'sent', 'failed', 'spoiled', 'missing'];
/** What two people may write off. */
export const WRITABLE_OFF: readonly BureauLineState[] = ['missing', 'failed'];

export interface BureauLine {
  readonly orderId: string;
  readonly line: number;
  readonly cardId: string;
  readonly issueSerial: string;
  readonly cardFactor: string;
  readonly blankBox: string;
  readonly state: BureauLineState;
  /** R1 ‖ R2, 16 bytes as hex. */
  readonly proof: string;
  /** What the read-back must give; null until the order is sealed. */
  readonly filesDigest: string | null;
  readonly endDigest: string | null;
  readonly keys: readonly { readonly slot: string; readonly version: number; readonly kcv: string }[];
  readonly returnBox: string | null;
  readonly reason: string | null;
  /** The box with the card was counted by two people. */
  readonly receivedAt: string | null;
  /** The chip was read at a counter. */
  readonly checkedAt: string | null;
  readonly checkedBy: string | null;
}
