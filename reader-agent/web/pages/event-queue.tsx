/** What this desk still has to tell card-issuer: how much, since when, and why it does not get through. */
import { Both, both, call, FaultNotice, StatusTag, useDo, useLoad } from '@rhc/console-shell';
import { Button, Card, Descriptions, Space, Table } from 'antd';
import type { EventQueueState } from '../../src/contract/index.ts';

const REFRESH_MS = 5_000;
const HEADERS = { 'x-rhc-request': '1' };
const KINDS: Readonly<Record<string, string>> = {
  'mailbox-result': '更新结果 result of an update',
  'card-seen': '断网时读过的卡 card served offline',
};
const local = (at: string | null) => (at === null ? '—' : new Date(at).toLocaleString('zh-CN', { hour12: false }));

function Light({ state: { waiting, capacity, lost, error } }: { state: EventQueueState }) {
  if (lost > 0) return <StatusTag state="bad">丢失 {lost} lost</StatusTag>;
  if (waiting === 0) return <StatusTag state="good">没有待报 nothing waits</StatusTag>;
  return (
    <StatusTag state={error === null && waiting < capacity / 2 ? 'idle' : 'warn'}>
      待报 {waiting} / {capacity} waiting
    </StatusTag>
  );
}

export function EventQueuePanel() {
  const queue = useLoad(
    'event-queue',
    (signal) => call<EventQueueState>('GET', '/v1/event-queue', { signal }),
    REFRESH_MS,
  );
  const send = useDo(async () => {
    await call('POST', '/v1/event-queue/send', { body: {}, headers: HEADERS });
    queue.reload();
  });
  const state = queue.value;
  // No card-issuer is set up (simulator).
  if (state === null) return null;
  return (
    <Card
      id="event-queue"
      size="small"
      title={<Both zh="待报发卡系统的事件" en="Waiting for card-issuer" />}
      extra={
        <Space>
          <Light state={state} />
          <Button size="small" disabled={send.busy || state.waiting === 0} onClick={() => void send.run()}>
            <Both zh="立即上报" en="Tell it now" />
          </Button>
        </Space>
      }
    >
      <FaultNotice fault={send.fault} onClose={send.clear} />
      {state.error !== null && (
        <p id="event-queue-error">
          {state.error.message.zh} <small lang="en">{state.error.message.en}</small>
        </p>
      )}
      <Descriptions
        size="small"
        column={3}
        items={[
          { key: 'oldest', label: both('最早一条', 'Oldest'), children: local(state.oldestAt) },
          { key: 'sent', label: both('最近上报', 'Last told'), children: local(state.lastSentAt) },
          { key: 'refused', label: both('发卡系统不收', 'Not taken'), children: state.refused },
        ]}
      />
      {state.events.length > 0 && (
        <Table
          size="small"
          rowKey="key"
          pagination={{ pageSize: 10, hideOnSinglePage: true }}
          dataSource={[...state.events]}
          columns={[
            { title: both('时间', 'Time'), dataIndex: 'at', render: local },
            { title: both('种类', 'Kind'), dataIndex: 'kind', render: (kind: string) => KINDS[kind] ?? kind },
          ]}
        />
      )}
    </Card>
  );
}
