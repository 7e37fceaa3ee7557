/** What a person may ask for: a copy of everything that is kept, consents and their withdrawal, erasure where the law allows. */
import {
  Both,
  call,
  download,
  FaultNotice,
  Section,
  StatusTag,
  saveAs,
  useDo,
  useLoad,
  useNotices,
  When,
} from '@rhc/console-shell';
import { Button, Form, Input, Popconfirm } from 'antd';
import type { ReactNode } from 'react';
import type { ConsentsResponse } from '../../src/contract/index.ts';
import { everyPage } from '../every-page.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';

interface Props {
  readonly id: string;
  readonly me: PageProps['me'];
  onErased(): void;
}

const required = [{ required: true, whitespace: true, message: '请填写 Please fill in' }];

export function RightsSection({ id, me, onErased }: Props): ReactNode {
  const path = `/v1/residents/${id}`;
  const notices = useNotices();
  const [form] = Form.useForm<{ purpose: string; basis: string }>();
  const consents = useLoad(`consents ${id}`, (signal) =>
    everyPage<'consents', ConsentsResponse>(`${path}/consents`, 'consents', { signal }),
  );
  const copy = useDo(async (format: 'text' | 'json') => {
    const file = await download(`${path}/subject-access`, { query: { format } });
    saveAs(file, `subject-access-${id}.${format === 'text' ? 'txt' : 'json'}`);
  });
  const give = useDo(async (body: { purpose: string; basis: string }) => {
    await call('POST', `${path}/consents`, { body });
    form.resetFields();
    consents.reload();
  });
  const withdraw = useDo(async (consent: string) => {
    await call('POST', `${path}/consents/${consent}/withdraw`, { body: {} });
    consents.reload();
  });
  const erase = useDo(async () => {
    await call('POST', `${path}/erase`, { body: { purpose: 'subject-request' } });
    notices.done({ zh: '已删除个人信息。', en: 'The personal data are erased.' });
    onErased();
  });
  const mayWork = hasRole(me, 'clerk', 'manager');
  return (
    <Section
      title={{ zh: '个人权利', en: 'Rights of the person' }}
      tools={
        <div className="tools">
          <Button size="small" loading={copy.busy} onClick={() => void copy.run('text')}>
            <Both zh="查阅副本(文本)" en="Copy as text" />
          </Button>
          <Button size="small" loading={copy.busy} onClick={() => void copy.run('json')}>
            <Both zh="查阅副本(JSON)" en="Copy as JSON" />
          </Button>
          {hasRole(me, 'manager') && (
            <Popconfirm
              title={<Both zh="删除个人信息?不能恢复。" en="Erase the personal data? It cannot be undone." />}
              okText="删除 Erase"
              cancelText="取消 Cancel"
              onConfirm={() => void erase.run()}
            >
              <Button size="small" danger loading={erase.busy}>
                <Both zh="依法删除" en="Erase" />
              </Button>
            </Popconfirm>
          )}
        </div>
      }
    >
      <FaultNotice fault={consents.fault ?? copy.fault ?? give.fault ?? withdraw.fault ?? erase.fault} />
      <ul className="reader-list">
        {(consents.value?.consents ?? []).map(({ id: consent, purpose, basis, givenAt, givenTo, withdrawnAt }) => (
          <li key={consent}>
            <StatusTag state={withdrawnAt === null ? 'good' : 'idle'}>
              {withdrawnAt === null ? '有效 in force' : '已撤回 withdrawn'}
            </StatusTag>{' '}
            {purpose} · {basis} <span className="quiet">{givenTo}</span> <When at={withdrawnAt ?? givenAt} />{' '}
            {withdrawnAt === null && mayWork && (
              <Button size="small" loading={withdraw.busy} onClick={() => void withdraw.run(consent)}>
                <Both zh="撤回" en="Withdraw" />
              </Button>
            )}
          </li>
        ))}
      </ul>
      {mayWork && (
        <Form form={form} layout="inline" onFinish={(values) => void give.run(values)}>
          <Form.Item name="purpose" label={<Both zh="授权用途" en="Consent for" />} rules={required}>
            <Input maxLength={60} />
          </Form.Item>
          <Form.Item name="basis" label={<Both zh="依据" en="Basis" />} rules={required}>
            <Input maxLength={200} />
          </Form.Item>
          <Button htmlType="submit" loading={give.busy}>
            <Both zh="登记授权" en="Record the consent" />
          </Button>
        </Form>
      )}
    </Section>
  );
}
