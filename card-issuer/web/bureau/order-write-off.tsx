/** What the bureau lost or could not make ends here: one person asks and says why, another one approves. */
import { Both, call, FaultNotice, goTo, Section, useDo, useNotices } from '@rhc/console-shell';
import { Button, Form, Input } from 'antd';
import type { ReactNode } from 'react';
import { useIntentKey } from '../intent-key.ts';
import { counted, type OrderInFull, WRITABLE_OFF } from './bureau-words.ts';

export function OrderWriteOff({ order }: { order: OrderInFull }): ReactNode {
  const [form] = Form.useForm<{ reason: string }>();
  const notices = useNotices();
  const key = useIntentKey();
  const left = WRITABLE_OFF.reduce((sum, state) => sum + (order.counts[state] ?? 0), 0);
  const ask = useDo(async ({ reason }: { reason: string }) => {
    const body = { reason: reason.trim() };
    await call('POST', `/v1/bureau/orders/${order.id}/write-offs`, { body, idempotencyKey: key.current });
    key.renew();
    form.resetFields();
    notices.done({ zh: '已提请,等待第二人批准。', en: 'Asked; a second person approves.' });
    goTo('approvals');
  });
  if (left === 0) return null;
  return (
    <Section title={{ zh: '核销(需第二人批准)', en: 'Write-off; a second person approves' }}>
      <FaultNotice fault={ask.fault} onClose={ask.clear} />
      <p>
        <Both
          zh={`缺失与未制成共 ${counted(left)} 张;核销后卡号作废,芯片计入报废。`}
          en={`${left} cards are missing or unmade; written off, their numbers and chips are waste.`}
        />
      </p>
      <Form form={form} layout="inline" onFinish={(values) => void ask.run(values)}>
        <Form.Item
          name="reason"
          label={<Both zh="核销原因" en="Reason" />}
          rules={[{ required: true, whitespace: true, message: '请写明原因 Say why' }]}
        >
          <Input maxLength={200} />
        </Form.Item>
        <Button danger htmlType="submit" loading={ask.busy}>
          <Both zh="提请核销" en="Ask" />
        </Button>
      </Form>
    </Section>
  );
}
