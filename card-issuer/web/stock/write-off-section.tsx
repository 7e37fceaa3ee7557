/** A blank that is waste or goes back to its supplier: one person asks, another one approves. */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  goTo,
  Section,
  useDo,
  useLoad,
  useNotices,
  When,
} from '@rhc/console-shell';
import { Button, Form, Input, Radio, Table } from 'antd';
import type { ReactNode } from 'react';
import type { ApprovalsResponse } from '../../src/contract/index.ts';
import { useIntentKey } from '../intent-key.ts';

interface Wish {
  readonly cardFactor: string;
  readonly movement: 'spoil' | 'return-to-supplier';
  readonly reason: string;
}

const WASTE = ['blank-write-off', 'card-spoil', 'card-destroy'];

export function WriteOffSection({ mayAsk }: { mayAsk: boolean }): ReactNode {
  const [form] = Form.useForm<Wish>();
  const notices = useNotices();
  const key = useIntentKey();
  const open = useLoad('waste waiting', (signal) =>
    call<ApprovalsResponse>('GET', '/v1/approvals', { signal, query: { state: 'open' } }),
  );
  const ask = useDo(async ({ cardFactor, movement, reason }: Wish) => {
    const body = { cardFactor: cardFactor.trim().toUpperCase(), movement, reason: reason.trim() };
    await call('POST', '/v1/stock/write-offs', { body, idempotencyKey: key.current });
    notices.done({ zh: '已提请,等待第二人批准。', en: 'Asked; a second person approves.' });
    form.resetFields();
    open.reload();
  });
  const waiting = (open.value?.approvals ?? []).filter(({ operation }) => WASTE.includes(operation));
  return (
    <div className="stack">
      {mayAsk && (
        <Section title={{ zh: '报废或退货(需第二人批准)', en: 'Waste or return; a second person approves' }}>
          <FaultNotice fault={ask.fault} onClose={ask.clear} />
          <Form
            form={form}
            layout="vertical"
            className="form-grid"
            initialValues={{ movement: 'spoil' }}
            onFinish={(values) => {
              key.renew();
              void ask.run(values);
            }}
          >
            <Form.Item
              name="cardFactor"
              label={<Both zh="芯片序列号" en="Chip serial" />}
              rules={[
                { required: true, pattern: /^\s*[0-9A-Fa-f]{16}\s*$/, message: '16 位十六进制 16 hexadecimal digits' },
              ]}
            >
              <Input autoComplete="off" maxLength={20} />
            </Form.Item>
            <Form.Item name="movement" label={<Both zh="去向" en="What becomes of it" />}>
              <Radio.Group
                options={[
                  { value: 'spoil', label: both('报废', 'waste') },
                  { value: 'return-to-supplier', label: both('退卡商', 'return') },
                ]}
              />
            </Form.Item>
            <Form.Item
              name="reason"
              label={<Both zh="原因" en="Reason" />}
              rules={[{ required: true, whitespace: true, message: '请写明原因 Say why' }]}
            >
              <Input maxLength={200} />
            </Form.Item>
            <Form.Item label=" ">
              <Button type="primary" htmlType="submit" loading={ask.busy}>
                <Both zh="提请" en="Ask" />
              </Button>
            </Form.Item>
          </Form>
        </Section>
      )}
      <Section title={{ zh: '等待第二人', en: 'Waits for a second person' }}>
        <FaultNotice fault={open.fault} onRetry={open.reload} />
        <Table
          size="small"
          rowKey="id"
          dataSource={waiting}
          loading={open.loading && open.value === null}
          pagination={false}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '没有等待批准的报废。', en: 'No waste waits for approval.' }}
                next={{
                  zh: '写坏的卡在柜台页作废,空白卡在上面提请。',
                  en: 'Cards are spoiled at the counter, blanks above.',
                }}
              />
            ),
          }}
          columns={[
            { title: both('事项', 'What'), render: (_, { text }) => <Both {...text} /> },
            {
              title: both('对象', 'Subject'),
              dataIndex: 'subject',
              render: (subject: string) => <code>{subject}</code>,
            },
            { title: both('原因', 'Reason'), dataIndex: 'reason' },
            { title: both('提请', 'Asked by'), dataIndex: 'requestedBy' },
            { title: both('时间', 'When'), render: (_, { requestedAt }) => <When at={requestedAt} /> },
            {
              title: '',
              render: (_, { id }) => (
                <Button size="small" onClick={() => goTo(`approvals/${id}`)}>
                  <Both zh="审批" en="Approvals" />
                </Button>
              ),
            },
          ]}
        />
      </Section>
    </div>
  );
}
