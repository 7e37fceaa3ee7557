/** 操作员与角色: who works here, what they may do, first passkeys by one-time code. */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  Section,
  StatusTag,
  SubmitOnEnter,
  useDo,
  useLoad,
  useNotices,
  When,
} from '@rhc/console-shell';
import { Button, Checkbox, Form, Input, Modal, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { EnrolmentCodeResponse, OperatorsResponse, OperatorView } from '../../src/contract/index.ts';
import { hasRole, type Principal } from '../sign-in/session.tsx';
import { OneTimeCode } from './one-time-code.tsx';
import { OPERATOR_ROLES, roleText } from './role-words.ts';

export function OperatorsPage({ me }: { me: Principal }): ReactNode {
  const list = useLoad('operators', (signal) => call<OperatorsResponse>('GET', '/v1/operators', { signal }), 15_000);
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState<OperatorView | null>(null);
  const [code, setCode] = useState<(EnrolmentCodeResponse & { whose: string }) | null>(null);
  const notices = useNotices();
  const isSystem = hasRole(me, 'system-admin');
  const isSecurity = hasRole(me, 'security-admin');
  const setState = useDo(async ({ id }: OperatorView, state: 'active' | 'disabled') => {
    const put = (to: 'active' | 'disabled', reason: string) =>
      call('PUT', `/v1/operators/${id}/state`, { body: { state: to, reason } });
    await put(state, state === 'disabled' ? '控制台停用 disabled at the console' : '控制台启用 enabled at the console');
    const other = state === 'disabled' ? 'active' : 'disabled';
    notices.doneWithUndo(
      state === 'disabled'
        ? { zh: `${id} 已停用,会话已结束。`, en: 'Disabled.' }
        : { zh: `${id} 已启用。`, en: 'Enabled.' },
      () => put(other, '撤销 undone').then(list.reload),
    );
    list.reload();
  });
  const askCode = useDo(async ({ id }: OperatorView) => {
    const answer = await call<EnrolmentCodeResponse>('POST', `/v1/operators/${id}/enrolment-code`, { body: {} });
    setCode({ ...answer, whose: id });
  });
  return (
    <div className="stack">
      <FaultNotice fault={list.fault ?? setState.fault ?? askCode.fault} onRetry={list.reload} />
      <Section
        title={{ zh: '操作员', en: 'Operators' }}
        className="section-long"
        tools={
          isSystem && (
            <Button type="primary" size="small" onClick={() => setAdding(true)}>
              <Both zh="新增操作员" en="Add an operator" />
            </Button>
          )
        }
      >
        <Table
          size="small"
          rowKey="id"
          pagination={false}
          loading={list.loading && list.value === null}
          dataSource={list.value?.operators ?? []}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '还没有操作员。', en: 'There is no operator.' }}
                next={{
                  zh: '由系统管理员新增,再由安全管理员授予角色。',
                  en: 'The system administrator adds one, the security administrator gives roles.',
                }}
              />
            ),
          }}
          columns={[
            {
              title: both('姓名', 'Name'),
              render: (_, { name, id, demonstration }) => (
                <>
                  {name} <code className="quiet">{id}</code>{' '}
                  {demonstration && <StatusTag state="warn">演示 demo</StatusTag>}
                </>
              ),
            },
            {
              title: both('角色', 'Roles'),
              render: (_, { roles }) =>
                roles.length === 0 ? (
                  <span className="quiet">—</span>
                ) : (
                  roles.map((role) => roleText(role).zh).join('、')
                ),
            },
            {
              title: both('状态', 'State'),
              render: (_, { state }) => (
                <StatusTag state={state === 'active' ? 'good' : 'idle'}>
                  {state === 'active' ? '启用 active' : '停用 disabled'}
                </StatusTag>
              ),
            },
            {
              title: both('通行密钥', 'Passkeys'),
              render: (_, { passkeys }) => passkeys.map(({ label }) => label).join('、') || '—',
            },
            { title: both('建立', 'Added'), dataIndex: 'createdAt', render: (at: string) => <When at={at} /> },
            {
              title: both('操作', 'Actions'),
              render: (_, row) => (
                <div className="tools-row">
                  <Button size="small" disabled={!isSecurity || row.id === ownId(me)} onClick={() => setChanging(row)}>
                    <Both zh="角色" en="roles" />
                  </Button>
                  <Button
                    size="small"
                    disabled={!isSystem}
                    loading={askCode.busy}
                    onClick={() => void askCode.run(row)}
                  >
                    <Both zh="登记码" en="code" />
                  </Button>
                  <Button
                    size="small"
                    danger={row.state === 'active'}
                    disabled={!isSystem || row.id === ownId(me)}
                    onClick={() => void setState.run(row, row.state === 'active' ? 'disabled' : 'active')}
                  >
                    {row.state === 'active' ? <Both zh="停用" en="disable" /> : <Both zh="启用" en="enable" />}
                  </Button>
                </div>
              ),
            },
          ]}
        />
      </Section>
      <ExclusiveRoles exclusive={list.value?.exclusive ?? []} />
      <AddDialogue open={adding} onClose={() => setAdding(false)} onDone={list.reload} />
      {changing !== null && (
        <RolesDialogue
          operator={changing}
          exclusive={list.value?.exclusive ?? []}
          onClose={() => setChanging(null)}
          onDone={list.reload}
        />
      )}
      <OneTimeCode code={code} onClose={() => setCode(null)} />
    </div>
  );
}

const ownId = (me: Principal): string => me.id.replace(/^operator:/, '');

function ExclusiveRoles({ exclusive }: { exclusive: OperatorsResponse['exclusive'] }): ReactNode {
  return (
    <Section title={{ zh: '不能兼任的角色', en: 'Roles that one person must not hold together' }}>
      <div className="tools">
        {exclusive.map((pair) => (
          <StatusTag key={pair.join()} state="idle">
            {pair.map((role) => roleText(role).zh).join(' ≠ ')}
          </StatusTag>
        ))}
      </div>
    </Section>
  );
}

function AddDialogue({ open, onClose, onDone }: { open: boolean; onClose: () => void; onDone: () => void }): ReactNode {
  const [form] = Form.useForm<{ id: string; name: string }>();
  const add = useDo(async (body: { id: string; name: string }) => {
    await call('POST', '/v1/operators', { body });
    form.resetFields();
    onClose();
    onDone();
  });
  return (
    <Modal
      open={open}
      destroyOnHidden
      title={<Both zh="新增操作员" en="Add an operator" />}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={add.busy}
      okText={both('新增', 'Add')}
      cancelText={both('返回', 'Back')}
    >
      <FaultNotice fault={add.fault} />
      <Form form={form} layout="vertical" preserve={false} onFinish={(fields) => void add.run(fields)}>
        <Form.Item name="name" label={<Both zh="姓名" en="Name" />} rules={[{ required: true, max: 40 }]}>
          <Input autoFocus />
        </Form.Item>
        <Form.Item
          name="id"
          label={<Both zh="标识(小写拼音)" en="Id, for example wang.lixin" />}
          rules={[{ required: true, pattern: /^[a-z0-9]([a-z0-9.-]{0,38}[a-z0-9])?$/, message: 'wang.lixin' }]}
        >
          <Input />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

function RolesDialogue({
  operator,
  exclusive,
  onClose,
  onDone,
}: {
  operator: OperatorView;
  exclusive: OperatorsResponse['exclusive'];
  onClose: () => void;
  onDone: () => void;
}): ReactNode {
  const [form] = Form.useForm<{ roles: string[]; reason: string }>();
  const change = useDo(async (body: { roles: string[]; reason: string }) => {
    await call('PUT', `/v1/operators/${operator.id}/roles`, { body });
    onClose();
    onDone();
  });
  const chosen: readonly string[] = Form.useWatch('roles', form) ?? operator.roles;
  const clashes = (role: string) =>
    exclusive.some(
      (pair) => pair.some((each) => each === role) && pair.some((each) => each !== role && chosen.includes(each)),
    );
  return (
    <Modal
      open
      title={<Both zh={`${operator.name} 的角色`} en="roles" />}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={change.busy}
      okText={both('保存', 'Save')}
      cancelText={both('返回', 'Back')}
    >
      <FaultNotice fault={change.fault} />
      <Form
        form={form}
        layout="vertical"
        initialValues={{ roles: operator.roles, reason: '' }}
        onFinish={(fields) => void change.run(fields)}
      >
        <Form.Item name="roles" label={<Both zh="角色(保存后会话结束)" en="saving ends the person's sessions" />}>
          <Checkbox.Group
            className="checks"
            options={OPERATOR_ROLES.map((role) => ({
              value: role,
              label: both(roleText(role).zh, roleText(role).en),
              disabled: clashes(role) && !chosen.includes(role),
            }))}
          />
        </Form.Item>
        <Form.Item
          name="reason"
          label={<Both zh="理由" en="Reason" />}
          rules={[{ required: true, message: '请写明理由 Say why' }]}
        >
          <Input />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
