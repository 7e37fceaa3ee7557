/**
 * A line of a return file against the order's own line: accepted, known already, or refused with field, rule and next step.
 * Pure; that the chip is genuine is proven afterwards, by key-service.
 */
import type { FieldFault, Text } from '@rhc/card/errors';
import { type BureauLine, TAKES_OUTCOMES } from './line-states.ts';
import { type ReturnLine, returnLine } from './return-file.ts';

export type ReturnRule = keyof typeof RETURN_RULES;

/** Every rule by which a line is refused; `test/bureau` holds a file with one line for each. */
export const RETURN_RULES = {
  form: {
    rule: { zh: '不符合回盘文件格式', en: 'does not follow the schema of return files' },
    nextStep: {
      zh: '请制卡中心按格式第 1 版更正该行,另发回盘文件',
      en: 'Ask the bureau to send the line anew, after version 1',
    },
  },
  unknown: {
    rule: { zh: '本订单没有该序列号', en: 'no card of this order has this serial' },
    nextStep: {
      zh: '核对是否为其他订单的卡;不得收下,请制卡中心查明',
      en: 'See whether it belongs to another order; do not take the card, let the bureau explain',
    },
  },
  double: {
    rule: { zh: '同一文件中该序列号重复', en: 'this serial stands twice in the file' },
    nextStep: {
      zh: '两张卡都隔离,请制卡中心说明哪一张有效',
      en: 'Keep both cards apart and ask the bureau which one counts',
    },
  },
  chip: {
    rule: { zh: '芯片与订单绑定的不同', en: 'is another chip than the one the line is bound to' },
    nextStep: {
      zh: '该卡隔离待查:不同芯片不可能装入本行的密钥',
      en: "Keep the card apart: this line's keys open no other chip",
    },
  },
  outcome: {
    rule: { zh: '与先前回盘的结果矛盾', en: 'contradicts what an earlier file said of this card' },
    nextStep: {
      zh: '以实物为准,请制卡中心更正;更正须双人核销',
      en: 'Look at the card itself; what must be changed is written off by two people',
    },
  },
  content: {
    rule: { zh: '回读内容摘要与订单不符', en: 'the digest of what was read back is not that of the order' },
    nextStep: {
      zh: '该卡不得交付,按废卡退回重制',
      en: 'Do not hand the card over; send it back as waste and have it made again',
    },
  },
  keys: {
    rule: {
      zh: '密钥或内容的封卡摘要与订单不符',
      en: 'the sealing digest over files and keys is not that of the order',
    },
    nextStep: {
      zh: '该卡不得交付;查制卡中心的密钥装载',
      en: "Do not hand the card over; look into the bureau's key loading",
    },
  },
  genuine: {
    rule: { zh: '芯片未通过内部认证', en: 'the chip did not prove itself genuine' },
    nextStep: { zh: '该卡隔离,通知安全员', en: 'Keep the card apart and tell the security officer' },
  },
  box: {
    rule: { zh: '箱号不在本文件的装箱清单中', en: 'the box is not among the boxes of the file' },
    nextStep: { zh: '请制卡中心补正装箱清单', en: 'Ask the bureau for a list of boxes that is complete' },
  },
} as const satisfies Record<string, { readonly rule: Text; readonly nextStep: Text }>;

export interface LineFault extends FieldFault {
  readonly code: ReturnRule;
  readonly nextStep: Text;
}

export type LineJudgement =
  | { readonly result: 'accepted' | 'known'; readonly line: ReturnLine; readonly known: BureauLine }
  | { readonly result: 'refused'; readonly issueSerial: string | null; readonly fault: LineFault };

export function fault(code: ReturnRule, field: string, more?: string): LineFault {
  const { rule, nextStep } = RETURN_RULES[code];
  const told = more === undefined ? rule : { zh: `${rule.zh}:${more}`, en: `${rule.en}: ${more}` };
  return { code, field, rule: told, nextStep };
}

export interface ReturnContext {
  readonly lines: ReadonlyMap<string, BureauLine>;
  /** Serials of the lines before this one. */
  readonly before: ReadonlySet<string>;
  /** Boxes of the file by number. */
  readonly boxes: ReadonlyMap<string, 'cards' | 'waste'>;
}

export function judgeReturnLine(raw: unknown, { lines, before, boxes }: ReturnContext): LineJudgement {
  const parsed = returnLine.safeParse(raw);
  const serial = (raw as { issueSerial?: unknown } | null)?.issueSerial;
  const issueSerial = typeof serial === 'string' && serial.length <= 20 ? serial : null;
  const refuse = (code: ReturnRule, field: string, more?: string): LineJudgement => ({
    result: 'refused',
    issueSerial,
    fault: fault(code, field, more),
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse('form', issue?.path.join('.') || 'line', issue?.message);
  }
  const line = parsed.data;
  if (before.has(line.issueSerial)) return refuse('double', 'issueSerial');
  const known = lines.get(line.issueSerial);
  if (known === undefined) return refuse('unknown', 'issueSerial');
  if (line.cardFactor !== known.cardFactor) return refuse('chip', 'cardFactor');
  if (!TAKES_OUTCOMES.includes(known.state)) {
    return isSame(line, known) ? { result: 'known', line, known } : refuse('outcome', 'outcome');
  }
  if (line.outcome !== 'failed') {
    const kind = line.outcome === 'made' ? 'cards' : 'waste';
    if (boxes.get(line.box) !== kind) return refuse('box', 'box');
  }
  if (line.outcome === 'made') {
    if (line.evidence.filesDigest !== known.filesDigest) return refuse('content', 'evidence.filesDigest');
    if (line.evidence.endDigest !== known.endDigest) return refuse('keys', 'evidence.endDigest');
  }
  return { result: 'accepted', line, known };
}

function isSame(line: ReturnLine, known: BureauLine): boolean {
  const states: readonly string[] = line.outcome === 'spoiled' ? ['spoiled', 'wasted'] : [line.outcome];
  if (!states.includes(known.state)) return false;
  return line.outcome === 'failed' || line.box === known.returnBox;
}
