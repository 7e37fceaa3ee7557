/**
 * What needs a second person (FIELD.md, "What goes wrong elsewhere" 6): one asks, another one approves, and only then it
 * happens. Declared once: routes, the list of what waits and the check of roles read it from here. A new operation is a
 * row here and a handler in `app.ts`.
 */
import type { Text } from '@rhc/card/errors';
import type { Role } from './roles.ts';

export interface ApprovalRule {
  readonly text: Text;
  /** One of these must be the approver's. */
  readonly approvers: readonly Role[];
}

export const APPROVALS = {
  'card-spoil': { text: { zh: '卡作废', en: 'spoil a card' }, approvers: ['reviewer', 'manager'] },
  'card-destroy': { text: { zh: '销毁卡', en: 'destroy a card' }, approvers: ['reviewer', 'manager'] },
  'blank-write-off': { text: { zh: '空白卡报废或退货', en: 'write a blank off' }, approvers: ['stock', 'manager'] },
  'production-sample': {
    text: { zh: '样卡核准', en: 'approve a sample card' },
    approvers: ['reviewer', 'manager'],
  },
  'enrolment-review': {
    text: { zh: '登记复核', en: 'review an enrolment' },
    approvers: ['reviewer', 'manager'],
  },
  'bureau-registration': {
    text: { zh: '登记制卡中心(证书与传输密钥)', en: 'register a card bureau (certificates and transport key)' },
    approvers: ['manager'],
  },
  'bureau-write-off': {
    text: { zh: '制卡中心订单核销(缺失或未制成)', en: "write off a bureau order's missing and unmade cards" },
    approvers: ['stock', 'manager'],
  },
} as const satisfies Record<string, ApprovalRule>;

export type ApprovalOperation = keyof typeof APPROVALS;

export interface Approval {
  readonly id: string;
  readonly operation: ApprovalOperation;
  readonly subject: string;
  readonly reason: string | null;
  /** What will be done; no personal data. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly state: 'open' | 'approved' | 'refused' | 'withdrawn';
  /** True once the operation itself has been carried out. */
  readonly done: boolean;
}
