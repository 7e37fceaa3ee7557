/** Bureaus that may make cards. A manager asks with certificates and key name, another manager approves the whole entry. */
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
import { Button, Form, Input, Select, Table } from 'antd';
import type { ReactNode } from 'react';
import type { ApprovalsResponse } from '../../src/contract/index.ts';
import { useIntentKey } from '../intent-key.ts';
import type { Place } from '../stock/stock-words.ts';
import type { BureauEntry } from './bureau-words.ts';

const required = [{ required: true, whitespace: true, message: '请填写 Please fill in' }];
const REFRESH_MS = 5_000;

interface Props {
  readonly bureaus: readonly BureauEntry[];
  readonly places: readonly Place[];
  readonly mayRegister: boolean;
}

export function RegisterSection({ bureaus, places, mayRegister }: Props): ReactNode {
  const open = useLoad(
    'bureaus waiting',
    (signal) => call<ApprovalsResponse>('GET', '/v1/approvals', { signal, query: { state: 'open' } }),
    REFRESH_MS,
  );
  const waiting = (open.value?.approvals ?? []).filter(({ operation }) => operation === 'bureau-registration');
  const placeName = (id: string) => places.find((place) => place.id === id)?.name ?? id;
  return (
    <div className="stack">
      <Section title={{ zh: '已登记的制卡中心', en: 'Registered bureaus' }}>
        <FaultNotice fault={open.fault} onRetry={open.reload} />
        {waiting.map(({ id, subject, requestedBy }) => (
          <p key={id}>
            <Both zh={`“${subject}”等待第二人批准`} en="waits for a second person" /> · {requestedBy}{' '}
            <Button size="small" onClick={() => goTo('approvals')}>
              <Both zh="审批" en="Approvals" />
            </Button>
          </p>
        ))}
        <Table
          size="small"
          rowKey="id"
          dataSource={[...bureaus]}
          pagination={false}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '还没有登记制卡中心。', en: 'No card bureau is registered yet.' }}
                next={{
                  zh: '主管在下面提请登记,另一主管批准。',
                  en: 'A manager asks below; another manager approves.',
                }}
              />
            ),
          }}
          columns={[
            { title: both('名称', 'Name'), dataIndex: 'name' },
            { title: both('空白卡地点', 'Its safe'), render: (_, { locationId }) => placeName(locationId) },
            { title: both('传输密钥', 'Transport key'), render: (_, { transportKey }) => <code>{transportKey}</code> },
            { title: both('提请', 'Asked by'), dataIndex: 'registeredBy' },
            { title: both('批准', 'Approved by'), dataIndex: 'approvedBy' },
            { title: both('登记', 'Since'), render: (_, { registeredAt }) => <When at={registeredAt} /> },
          ]}
        />
      </Section>
      {mayRegister && <Registration places={places} onChange={open.reload} />}
    </div>
  );
}

function Registration({ places, onChange }: { places: readonly Place[]; onChange: () => void }): ReactNode {
  const [form] = Form.useForm<Record<string, string>>();
  const notices = useNotices();
  const key = useIntentKey();
  const ask = useDo(async (entry: Record<string, string>) => {
    const body = Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, value.trim()]));
    await call('POST', '/v1/bureaus', { body, idempotencyKey: key.current });
    key.renew();
    form.resetFields();
    notices.done({ zh: '已提请,等待另一主管批准。', en: 'Asked; another manager approves.' });
    onChange();
  });
  return (
    <Section title={{ zh: '提请登记(需另一主管批准)', en: 'Ask for a registration; another manager approves' }}>
      <FaultNotice fault={ask.fault} onClose={ask.clear} />
      <Form
        form={form}
        layout="vertical"
        className="form-grid"
        onValuesChange={() => key.renew()}
        onFinish={(entry) => void ask.run(entry)}
      >
        <Form.Item name="name" label={<Both zh="制卡中心名称" en="Name" />} rules={required}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="locationId" label={<Both zh="空白卡地点" en="Place of its blanks" />} rules={required}>
          <Select options={places.map(({ id, name }) => ({ value: id, label: name }))} />
        </Form.Item>
        <Form.Item
          name="transportKey"
          label={<Both zh="传输密钥名" en="Transport key" />}
          extra={<Both zh="双方保管人仪式中约定,例如 bureau-hb1" en="agreed in the custodians' ceremony" />}
          rules={[{ required: true, pattern: /^bureau-[a-z0-9-]{1,17}$/, message: 'bureau-…' }]}
        >
          <Input autoComplete="off" maxLength={24} />
        </Form.Item>
        {(
          [
            ['signingCertificate', '签名证书(PEM)', 'Signing certificate'],
            ['receivingCertificate', '接收证书(PEM)', 'Receiving certificate'],
          ] as const
        ).map(([name, zh, en]) => (
          <Form.Item key={name} name={name} label={<Both zh={zh} en={en} />} rules={required} className="form-wide">
            <Input.TextArea className="certificate-field" rows={4} maxLength={10_000} autoComplete="off" />
          </Form.Item>
        ))}
        <Form.Item label=" ">
          <Button type="primary" htmlType="submit" loading={ask.busy}>
            <Both zh="提请登记" en="Ask" />
          </Button>
        </Form.Item>
      </Form>
    </Section>
  );
}
