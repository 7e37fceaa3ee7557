/**
 * What may be done with the card now, each with its reason: loss by phone, its lifting, written loss, cancellation, return;
 * replacement with its fee; waste and destruction, which wait for a second person. The service's table says what is offered.
 */
import {
  Both,
  both,
  call,
  FaultNotice,
  goTo,
  Section,
  StatusTag,
  SubmitOnEnter,
  useDo,
  useNotices,
} from '@rhc/console-shell';
import { Button, Form, Input, Modal, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import type { ApprovalResponse, CardResponse, LifeCycleResponse, MoveResponse } from '../../src/contract/index.ts';
import { useIntentKey } from '../intent-key.ts';
import { yuan } from '../words.tsx';
import type { Receipt } from './receipt-slip.tsx';

interface Props {
  readonly card: CardResponse;
  readonly table: LifeCycleResponse;
  onReceipt(receipt: Receipt | null): void;
  onChange(): void;
}

/** What the dialogue asks for. */
type Wish =
  | { readonly kind: 'move'; readonly move: string }
  | { readonly kind: 'replace' }
  | { readonly kind: 'spoil' };

export function MovesSection({ card, table, onReceipt, onChange }: Props): ReactNode {
  const [wish, setWish] = useState<Wish | null>(null);
  const offered = table.moves.filter(({ move }) => card.moves.includes(move));
  const replaceable = table.replaceable.includes(card.state) && card.successor === null;
  // Asked for at an endpoint of its own, because a second person decides it.
  const spoilable = table.moves.some(({ move, from }) => move === 'spoil' && from.includes(card.state));
  return (
    <Section title={{ zh: '办理', en: 'What may be done' }} className="no-print">
      {offered.length === 0 && !replaceable && !spoilable && (
        <Both zh="此状态下没有可办理的业务。" en="Nothing can be done in this state." />
      )}
      <div className="tools">
        {offered.map(({ move, text, twoPeople }) => (
          <Button key={move} onClick={() => setWish({ kind: 'move', move })}>
            <Both {...text} /> {twoPeople && <StatusTag state="warn">双人 two people</StatusTag>}
          </Button>
        ))}
        {replaceable && (
          <Button type="primary" onClick={() => setWish({ kind: 'replace' })}>
            <Both zh="补换卡" en="Replace" />
          </Button>
        )}
        {spoilable && (
          <Button danger onClick={() => setWish({ kind: 'spoil' })}>
            <Both zh="作废" en="Spoil" /> <StatusTag state="warn">双人 two people</StatusTag>
          </Button>
        )}
      </div>
      {wish !== null && (
        <WishDialogue
          card={card}
          table={table}
          wish={wish}
          onClose={() => setWish(null)}
          onReceipt={onReceipt}
          onChange={onChange}
        />
      )}
    </Section>
  );
}

function WishDialogue({
  card,
  table,
  wish,
  onClose,
  onReceipt,
  onChange,
}: Props & { wish: Wish; onClose: () => void }): ReactNode {
  const [form] = Form.useForm<{ reason: string }>();
  const notices = useNotices();
  const key = useIntentKey();
  const path = `/v1/cards/${card.id}`;
  const waits = () => notices.done({ zh: '已提请,等待第二人批准。', en: 'Asked for; a second person approves.' });
  const send = useDo(async ({ reason }: { reason: string }) => {
    const options = { idempotencyKey: key.current };
    if (wish.kind === 'spoil') {
      await call<ApprovalResponse>('POST', `${path}/spoil`, { ...options, body: { reason: reason.trim() } });
      waits();
    } else if (wish.kind === 'replace') {
      const made = await call<MoveResponse>('POST', `${path}/replacement`, { ...options, body: { reason } });
      notices.done({ zh: '已订新卡,请在柜台制作。', en: 'Ordered: the counter makes it.' });
      goTo(`cards/${made.card.id}`);
    } else {
      const body = { move: wish.move, reason };
      const moved = await call<MoveResponse>('POST', `${path}/moves`, { ...options, body });
      onReceipt(moved.receipt);
      if (moved.approval !== null) waits();
      else notices.done({ zh: '已办理。', en: 'Done.' });
    }
    onChange();
    onClose();
  });
  const title =
    wish.kind === 'move'
      ? (table.moves.find(({ move }) => move === wish.move)?.text ?? { zh: wish.move, en: '' })
      : wish.kind === 'replace'
        ? { zh: '补换卡', en: 'Replace the card' }
        : { zh: '作废(双人)', en: 'Spoil, with a second person' };
  const reasons = reasonsOf(wish, table);
  const lasts = wish.kind === 'move' && wish.move === 'suspend';
  return (
    <Modal
      open
      title={<Both {...title} />}
      okText="确定 OK"
      cancelText="取消 Cancel"
      confirmLoading={send.busy}
      onOk={() => form.submit()}
      onCancel={onClose}
      destroyOnHidden
    >
      <FaultNotice fault={send.fault} onClose={send.clear} />
      {lasts && (
        <p>
          <Both
            zh={`挂失 ${table.suspensionHours} 小时,逾期未办正式挂失自动解除。`}
            en={`Holds ${table.suspensionHours} hours, then lapses unless the loss is reported in writing.`}
          />
        </p>
      )}
      <Form
        form={form}
        layout="vertical"
        initialValues={reasons?.length === 1 ? { reason: reasons[0]?.value } : {}}
        onFinish={(values) => void send.run(values)}
      >
        <Form.Item
          name="reason"
          label={<Both zh="原因" en="Reason" />}
          rules={[{ required: true, whitespace: true, message: '请选择或填写原因 Give the reason' }]}
        >
          {reasons === null ? <Input maxLength={200} autoFocus /> : <Select autoFocus options={[...reasons]} />}
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

/** Null: in one's own words. */
function reasonsOf(wish: Wish, table: LifeCycleResponse): readonly { value: string; label: string }[] | null {
  if (wish.kind === 'spoil') return null;
  if (wish.kind === 'replace') {
    return table.replacement.map(({ reason, feeFen }) => {
      const { zh, en } = table.reasons[reason];
      return { value: reason, label: `${both(zh, en)} · ${feeFen === 0 ? '免费 free' : yuan(feeFen)}` };
    });
  }
  const found = table.moves.find(({ move }) => move === wish.move);
  return (found?.reasons ?? []).map((reason) => ({
    value: reason,
    label: both(table.reasons[reason].zh, table.reasons[reason].en),
  }));
}
