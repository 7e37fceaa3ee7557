/** Who may do what, and with which settings and card the service works. Read only: they are files of whoever runs it. */
import { Both, both, call, EmptyHint, FaultNotice, goTo, Section, StatusTag, useLoad } from '@rhc/console-shell';
import { Descriptions, Skeleton, Switch, Table, Tabs } from 'antd';
import { type ReactNode, useState } from 'react';
import type { SettingsResponse, UsersResponse } from '../../src/contract/index.ts';
import { everyPage } from '../every-page.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { roleText } from '../words.tsx';
import '../office.css';

export function AdministrationPage({ rest }: PageProps): ReactNode {
  return (
    <Tabs
      activeKey={rest === 'settings' ? 'settings' : 'users'}
      onChange={(key) => goTo(key === 'users' ? 'administration' : 'administration/settings')}
      destroyOnHidden
      items={[
        { key: 'users', label: both('用户与角色', 'Users and roles'), children: <Users /> },
        { key: 'settings', label: both('运行参数', 'Settings'), children: <Settings /> },
      ]}
    />
  );
}

function Users(): ReactNode {
  const users = useLoad('users', (signal) => everyPage<'users', UsersResponse>('/v1/users', 'users', { signal }));
  return (
    <div className="stack">
      <FaultNotice fault={users.fault} onRetry={users.reload} />
      <Section title={{ zh: '用户', en: 'Users' }} className="section-long">
        <Table
          size="small"
          rowKey="id"
          loading={users.loading && users.value === null}
          dataSource={[...(users.value?.users ?? [])]}
          pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '没有登记用户,只有服务令牌。', en: 'No user is registered: the service token only.' }}
                next={{
                  zh: '在用户登记文件(RHC_ISSUER_USERS_FILE)中登记人员,重启后生效。',
                  en: 'Register people in the users file and restart.',
                }}
              />
            ),
          }}
          columns={[
            { title: both('姓名', 'Name'), dataIndex: 'name' },
            { title: both('编号', 'Id'), dataIndex: 'id', render: (id: string) => <code>{id}</code> },
            {
              title: both('角色', 'Roles'),
              render: (_, { roles }) =>
                roles.map((role) => (
                  <StatusTag key={role} state="idle">
                    {roleText(role).zh} {roleText(role).en}
                  </StatusTag>
                )),
            },
          ]}
        />
        <p className="quiet">
          <Both
            zh="→ 增减人员:修改用户登记文件(只存令牌的 SHA-256),重启发卡服务。"
            en="To add or remove people, change the users file (hashes of tokens only) and restart the service."
          />
        </p>
      </Section>
      <Section title={{ zh: '角色与审批权', en: 'Roles, and what they may approve' }}>
        <Table
          size="small"
          rowKey="role"
          dataSource={[...(users.value?.roles ?? [])]}
          pagination={false}
          columns={[
            { title: both('角色', 'Role'), render: (_, { text }) => <Both {...text} /> },
            {
              title: both('可批准(不含本人提请的)', 'May approve, never what one asked for'),
              render: (_, { approves }) =>
                approves.length === 0
                  ? '—'
                  : approves.map((text) => (
                      <StatusTag key={text.en} state="good">
                        {text.zh} {text.en}
                      </StatusTag>
                    )),
            },
            {
              title: both('人数', 'People'),
              align: 'right',
              render: (_, { role }) => users.value?.users.filter(({ roles }) => roles.includes(role)).length ?? 0,
            },
          ]}
        />
      </Section>
    </div>
  );
}

function Settings(): ReactNode {
  const settings = useLoad('settings', (signal) => call<SettingsResponse>('GET', '/v1/settings', { signal }));
  const [changedOnly, setChangedOnly] = useState(false);
  if (settings.value === null) {
    return settings.fault === null ? (
      <Skeleton active />
    ) : (
      <FaultNotice fault={settings.fault} onRetry={settings.reload} />
    );
  }
  const { card, settings: all } = settings.value;
  return (
    <div className="stack">
      <Section title={{ zh: '卡片规范', en: 'Card profile in use' }}>
        <Descriptions
          size="small"
          column={2}
          items={[
            { key: 'profile', label: <Both zh="规范版本" en="Profile" />, children: card.profileVersion },
            { key: 'product', label: <Both zh="卡产品" en="Product" />, children: <code>{card.product}</code> },
          ]}
        />
      </Section>
      <Section
        title={{ zh: '运行参数', en: 'Settings' }}
        className="section-long"
        tools={
          <div className="tools">
            <Switch size="small" checked={changedOnly} onChange={setChangedOnly} aria-label="只看改动 changed only" />
            <Both zh="只看改动过的" en="changed only" />
          </div>
        }
      >
        <Table
          size="small"
          rowKey="name"
          dataSource={all.filter(({ changed }) => changed || !changedOnly)}
          pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '没有改动过的参数。', en: 'No setting differs from its default.' }}
                next={{ zh: '关闭“只看改动过的”查看全部。', en: 'Switch the filter off to see all.' }}
              />
            ),
          }}
          columns={[
            { title: both('参数', 'Setting'), render: (_, { env }) => <code>{env}</code> },
            { title: both('含义', 'Meaning'), render: (_, { meaning }) => <Both {...meaning} /> },
            {
              title: both('当前值', 'Value'),
              render: (_, { value, unit, changed }) => (
                <span className="setting-value">
                  {changed && <StatusTag state="busy">改 changed</StatusTag>}
                  {value ?? '—'} {unit}
                </span>
              ),
            },
            { title: both('默认', 'Default'), render: (_, each) => each.default ?? '—' },
          ]}
        />
        <p className="quiet">
          <Both
            zh="→ 修改:设置环境变量或配置文件后重启;秘密只放在权限 0600 的文件中,此处不显示。"
            en="To change one, set the variable or the file and restart; secrets stand in files of mode 0600 and are not shown."
          />
        </p>
      </Section>
    </div>
  );
}
