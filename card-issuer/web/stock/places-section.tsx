/** Each place with its ledger; the law of conservation as a number that must be 0, and an audit that counts every chip anew. */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  Figure,
  Section,
  StatusTag,
  SubmitOnEnter,
  useDo,
  useNotices,
} from '@rhc/console-shell';
import { Button, Form, Input, Modal, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { StockAuditResponse } from '../../src/contract/index.ts';
import { useIntentKey } from '../intent-key.ts';
import { COUNTS, count, differenceOf, type Place } from './stock-words.ts';

interface Props {
  readonly places: readonly Place[];
  readonly mayAdd: boolean;
  readonly onChange: () => void;
}

export function PlacesSection({ places, mayAdd, onChange }: Props): ReactNode {
  const [adding, setAdding] = useState(false);
  const [audit, setAudit] = useState<StockAuditResponse | null>(null);
  const check = useDo(async () => setAudit(await call<StockAuditResponse>('GET', '/v1/stock/audit')));
  const audited = new Map((audit?.locations ?? []).map((each) => [each.locationId, each]));
  const sum = (name: 'stock' | 'inWork' | 'issued' | 'spoiled') =>
    places.reduce((total, { ledger }) => total + ledger[name], 0);
  const difference = places.reduce((total, { ledger }) => total + Math.abs(differenceOf(ledger)), 0);
  return (
    <div className="stack">
      <div className="figures">
        <Figure label={{ zh: '库存', en: 'Stock' }} value={count(sum('stock'))} state="good" />
        <Figure label={{ zh: '在制', en: 'In work' }} value={count(sum('inWork'))} state="busy" />
        <Figure label={{ zh: '发出', en: 'Issued' }} value={count(sum('issued'))} />
        <Figure label={{ zh: '报废', en: 'Spoiled' }} value={count(sum('spoiled'))} />
        <Figure
          label={{ zh: '账面差额', en: 'Difference' }}
          value={count(difference)}
          note="收入 − 其余 received − the rest"
          state={difference === 0 ? 'good' : 'bad'}
        />
      </div>
      <FaultNotice fault={check.fault} onRetry={() => void check.run()} />
      <Section
        title={{ zh: '地点与台账', en: 'Places with their ledgers' }}
        tools={
          <div className="tools">
            <Button size="small" loading={check.busy} onClick={() => void check.run()}>
              <Both zh="对账" en="Audit" />
            </Button>
            {mayAdd && (
              <Button size="small" type="primary" onClick={() => setAdding(true)}>
                <Both zh="新增地点" en="Add a place" />
              </Button>
            )}
          </div>
        }
      >
        <Table
          size="small"
          rowKey="id"
          pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
          dataSource={[...places]}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '还没有库房或窗口。', en: 'There is no store and no counter yet.' }}
                next={{
                  zh: '主管先新增地点,再按卡商清单入库。',
                  en: 'A manager adds places, then blanks are received.',
                }}
                {...(mayAdd
                  ? { action: { label: { zh: '新增地点', en: 'Add a place' }, run: () => setAdding(true) } }
                  : {})}
              />
            ),
          }}
          columns={[
            { title: both('地点', 'Place'), dataIndex: 'name' },
            ...COUNTS.map(({ name, zh, en }) => ({
              title: both(zh, en),
              align: 'right' as const,
              render: (_: unknown, { ledger }: Place) => count(ledger[name]),
            })),
            {
              title: both('差额', 'Difference'),
              align: 'right',
              render: (_, { ledger }) => (
                <StatusTag state={differenceOf(ledger) === 0 ? 'good' : 'bad'}>{differenceOf(ledger)}</StatusTag>
              ),
            },
            {
              title: both('班次', 'Shift'),
              render: (_, { openShift }) =>
                openShift === null ? (
                  <StatusTag state="idle">无班 none</StatusTag>
                ) : (
                  <StatusTag state="good">当班 open</StatusTag>
                ),
            },
            ...(audit === null
              ? []
              : [
                  {
                    title: both('对账', 'Audit'),
                    render: (_: unknown, { id }: Place) => <Audited audit={audited.get(id)} />,
                  },
                ]),
          ]}
        />
      </Section>
      <AddPlace open={adding} onClose={() => setAdding(false)} onChange={onChange} />
    </div>
  );
}

function Audited({ audit }: { audit: StockAuditResponse['locations'][number] | undefined }): ReactNode {
  if (audit === undefined) return '—';
  return (
    <>
      <StatusTag state={audit.agrees ? 'good' : 'bad'}>{audit.agrees ? '逐片相符 agrees' : '不符 differs'}</StatusTag>
      {audit.passedOn > 0 && <small className="quiet own-line">移出 passed on {count(audit.passedOn)}</small>}
    </>
  );
}

function AddPlace({
  open,
  onClose,
  onChange,
}: {
  open: boolean;
  onClose: () => void;
  onChange: () => void;
}): ReactNode {
  const [form] = Form.useForm<{ name: string }>();
  const notices = useNotices();
  const key = useIntentKey();
  const add = useDo(async ({ name }: { name: string }) => {
    await call('POST', '/v1/stock/locations', { body: { name: name.trim() }, idempotencyKey: key.current });
    key.renew();
    notices.done({ zh: `已新增“${name}”。`, en: 'Added.' });
    form.resetFields();
    onChange();
    onClose();
  });
  return (
    <Modal
      open={open}
      title={<Both zh="新增地点" en="Add a place" />}
      okText="新增 Add"
      cancelText="取消 Cancel"
      confirmLoading={add.busy}
      onOk={() => form.submit()}
      onCancel={onClose}
      destroyOnHidden
    >
      <FaultNotice fault={add.fault} />
      <Form form={form} layout="vertical" onFinish={(values) => void add.run(values)}>
        <Form.Item
          name="name"
          label={<Both zh="名称(库房或窗口)" en="Name of a store or counter" />}
          rules={[{ required: true, whitespace: true, message: '请填写名称 Enter a name' }]}
        >
          <Input maxLength={60} autoFocus />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
