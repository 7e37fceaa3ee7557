/**
 * Programs and pages that may use this desk. A page that asks is shown with its origin, what it wants and the code that the
 * clerk carries over; what was granted can be revoked here, at once.
 */
import { Both, both, call, EmptyHint, FaultNotice, useDo, useLoad } from '@rhc/console-shell';
import { Alert, Button, Card, Popconfirm, Space, Table, Tag } from 'antd';
import { useEffect, useSyncExternalStore } from 'react';
import type { GrantView, PairingOverview, Scope, WaitingRequest } from '../../src/contract/index.ts';
import type { DeskStore } from '../desk/desk-store.ts';

const REFRESH_MS = 2_000;
const HEADERS = { 'x-rhc-request': '1' };
const SCOPES: Readonly<Record<Scope, readonly [string, string]>> = {
  'card.status': ['卡片状态', 'card status'],
  'identity.read': ['读身份', 'read identity'],
  'summary.read': ['读健康信息', 'read health summary'],
  'summary.write': ['写卡', 'write to the card'],
};

function Scopes({ scopes }: { scopes: readonly Scope[] }) {
  return scopes.map((scope) => (
    <Tag key={scope} color={scope === 'summary.write' ? 'warning' : 'processing'}>
      {both(...SCOPES[scope])}
    </Tag>
  ));
}

function Waiting({ request, onRefuse }: { request: WaitingRequest; onRefuse: (id: string) => void }) {
  return (
    <Card
      size="small"
      className="pairing-request"
      title={<Both zh="有网页请求使用本机读卡" en="A page asks to use this desk" />}
    >
      <div className="pairing-ask">
        <div>
          <p>
            <strong>{request.name}</strong> <code>{request.origin}</code>
          </p>
          <p>
            <Scopes scopes={request.scopes} />
          </p>
          <p>
            <Both
              zh="确认是您打开的网页后，在该网页中输入右侧的配对码。"
              en="If it is the page that you opened, type the code at the right into it."
            />
          </p>
          <Button danger size="small" onClick={() => onRefuse(request.request)}>
            <Both zh="拒绝" en="Refuse" />
          </Button>
        </div>
        <output className="pairing-code" aria-label="配对码 pairing code">
          {request.code.replace(/(\d{3})(\d{3})/, '$1 $2')}
        </output>
      </div>
    </Card>
  );
}

export function PairingPage({ store }: { store: DeskStore }) {
  const { pairingRound } = useSyncExternalStore(store.subscribe, store.snapshot);
  const pairing = useLoad('pairing', (signal) => call<PairingOverview>('GET', '/v1/pairing', { signal }), REFRESH_MS);
  const { reload } = pairing;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the agent said that something changed
  useEffect(reload, [reload, pairingRound]);
  const act = useDo((verb: 'refuse' | 'revoke', body: object) =>
    call('POST', `/v1/pairing/${verb}`, { body, headers: HEADERS }),
  );
  const change = async (verb: 'refuse' | 'revoke', body: object) => {
    await act.run(verb, body);
    reload();
  };
  const { waiting = [], grants = [], lockedUntil = null } = pairing.value ?? {};
  return (
    <Space orientation="vertical" size="middle" className="stretch">
      <FaultNotice fault={pairing.fault ?? act.fault} onRetry={reload} onClose={act.clear} />
      {lockedUntil !== null && (
        <Alert
          type="warning"
          showIcon
          title={both('配对码多次输错，暂停配对。', `Too many wrong codes; nobody can pair before ${lockedUntil}.`)}
        />
      )}
      {waiting.map((request) => (
        <Waiting key={request.request} request={request} onRefuse={(id) => void change('refuse', { request: id })} />
      ))}
      <Table<GrantView>
        id="grants"
        size="small"
        rowKey="grant"
        pagination={false}
        dataSource={grants}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '没有已配对的网页。', en: 'No page is paired.' }}
              next={{
                zh: '请在医院系统的网页中发起连接,请求和配对码会出现在这里。',
                en: 'Connect from the hospital system’s page: its request and the code to type there appear here.',
              }}
            />
          ),
        }}
        columns={[
          {
            title: both('网页', 'Page'),
            dataIndex: 'name',
            render: (name: string, { origin }) => (
              <>
                {name} <code>{origin}</code>
              </>
            ),
          },
          {
            title: both('权限', 'Scopes'),
            dataIndex: 'scopes',
            render: (scopes: readonly Scope[]) => <Scopes scopes={scopes} />,
          },
          {
            title: both('配对于', 'Paired'),
            dataIndex: 'grantedAt',
            render: (at: string) => new Date(at).toLocaleString('zh-CN', { hour12: false }),
          },
          {
            title: both('最近使用', 'Last used'),
            dataIndex: 'lastUsedAt',
            render: (at: string | null) =>
              at === null ? '—' : new Date(at).toLocaleString('zh-CN', { hour12: false }),
          },
          {
            key: 'act',
            render: (_: unknown, { grant }) => (
              <Popconfirm
                title={<Both zh="撤销后该网页立即不能读卡。" en="The page can read no card from now on." />}
                onConfirm={() => change('revoke', { grant })}
              >
                <Button size="small" danger className="revoke">
                  <Both zh="撤销" en="Revoke" />
                </Button>
              </Popconfirm>
            ),
          },
        ]}
      />
    </Space>
  );
}
