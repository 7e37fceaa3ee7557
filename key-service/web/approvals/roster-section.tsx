/** Who may approve what: the roster that the token has sealed, its policies, and passkeys that wait to be taken up. */
import {
  Both,
  both,
  Code,
  call,
  EmptyHint,
  FaultNotice,
  Section,
  StatusTag,
  useDo,
  useLoad,
  useNotices,
} from '@rhc/console-shell';
import { startRegistration } from '@simplewebauthn/browser';
import { Button, Skeleton, Table } from 'antd';
import type { ReactNode } from 'react';
import type { RosterResponse } from '../../src/contract/index.ts';
import { roleText } from '../access/role-words.ts';
import { passkeyFault } from '../sign-in/passkey-fault.ts';
import type { Principal } from '../sign-in/session.tsx';
import { operationText } from './approval-words.ts';

export function RosterSection({ me }: { me: Principal }): ReactNode {
  const roster = useLoad('roster', (signal) => call<RosterResponse>('GET', '/v1/roster', { signal }));
  const notices = useNotices();
  const enrol = useDo(async () => {
    const { options } = await call<{ options: unknown }>('POST', '/v1/roster/enrolment/options', { body: {} });
    const response = await startRegistration({ optionsJSON: options as never }).catch(passkeyFault);
    await call('POST', '/v1/roster/enrolment', { body: { response } });
    notices.done({ zh: '已登记,等待法定人数写入名册。', en: 'Registered; a quorum takes it up into the roster.' });
    roster.reload();
  });
  const value = roster.value;
  return (
    <div className="stack">
      <FaultNotice fault={roster.fault ?? enrol.fault} onRetry={roster.reload} />
      {value === null ? (
        roster.fault === null && <Skeleton active />
      ) : value.roster === null ? (
        <Section title={{ zh: '批准人名册', en: 'Roster of approvers' }}>
          <EmptyHint
            text={{
              zh: '还没有名册,一切需要批准的操作都被拒绝。',
              en: 'There is no roster: everything that needs approval is refused.',
            }}
            next={{
              zh: '请各方在场时在服务器上运行 npm run roster 建立第一版。',
              en: 'Found the first one with npm run roster on the server, in the presence of all.',
            }}
          />
        </Section>
      ) : (
        <>
          <Section
            title={{ zh: `名册第 ${value.roster.version} 版`, en: 'roster' }}
            tools={
              <div className="tools">
                {value.roster.pilot && <StatusTag state="warn">试点 pilot</StatusTag>}
                <StatusTag state={value.sealed ? 'good' : 'bad'}>
                  {value.sealed ? '令牌封印有效 sealed by the token' : '封印无效 seal not valid'}
                </StatusTag>
                <Button size="small" type="primary" loading={enrol.busy} onClick={() => void enrol.run()}>
                  <Both zh="登记我的通行密钥" en="Register my passkey" />
                </Button>
              </div>
            }
          >
            {value.sha256 !== null && <Code>{value.sha256}</Code>}
            <Table
              size="small"
              pagination={false}
              rowKey="id"
              dataSource={value.roster.people}
              columns={[
                {
                  title: both('姓名', 'Name'),
                  render: (_, { name, id }) => (
                    <>
                      {name} {id === me.id && <StatusTag state="idle">我 me</StatusTag>}
                    </>
                  ),
                },
                { title: both('标识', 'Id'), dataIndex: 'id', render: (id: string) => <code>{id}</code> },
                {
                  title: both('角色', 'Roles'),
                  render: (_, { roles }) => roles.map((role) => roleText(role).zh).join('、'),
                },
                {
                  title: both('凭据', 'Credentials'),
                  render: (_, { credentials }) =>
                    credentials
                      .map(({ kind }) => (kind === 'webauthn' ? '通行密钥 passkey' : '签名密钥 P-256'))
                      .join('、') || '—',
                },
              ]}
            />
          </Section>
          <Section title={{ zh: '什么操作要谁批准', en: 'Which operation needs whom' }}>
            <Table
              size="small"
              pagination={false}
              rowKey="operation"
              dataSource={Object.entries(value.roster.policies).map(([operation, needs]) => ({
                operation,
                needs: needs ?? [],
              }))}
              columns={[
                {
                  title: both('操作', 'Operation'),
                  render: (_, { operation }) => <Both {...operationText(operation)} />,
                },
                {
                  title: both('需要', 'Needs'),
                  render: (_, { needs }) =>
                    needs.map(({ role, count }) => `${roleText(role).zh} × ${count}`).join('、'),
                },
              ]}
            />
          </Section>
          {value.candidates.length > 0 && (
            <Section title={{ zh: '等待写入名册的通行密钥', en: 'Passkeys that wait' }}>
              <ul className="decisions">
                {value.candidates.map(({ person, name, registeredAt }) => (
                  <li key={`${person} ${registeredAt}`}>
                    {name} <code>{person}</code> {registeredAt.slice(0, 16).replace('T', ' ')}
                  </li>
                ))}
              </ul>
            </Section>
          )}
        </>
      )}
    </div>
  );
}
