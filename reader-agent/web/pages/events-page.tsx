/** What happened at this desk since the page was opened. Kept in the page only; never a name or a number of a card. */
import { Both, both, StatusTag } from '@rhc/console-shell';
import { Table } from 'antd';
import { useSyncExternalStore } from 'react';
import type { DeskStore, LogEntry } from '../desk/desk-store.ts';

const WORDS: Readonly<Record<LogEntry['kind'], string>> = {
  good: '正常 good',
  warn: '注意 note',
  bad: '错误 error',
  idle: '信息 info',
};

export function EventsPage({ store }: { store: DeskStore }) {
  const { log } = useSyncExternalStore(store.subscribe, store.snapshot);
  return (
    <Table
      id="events"
      size="small"
      pagination={{ pageSize: 50, hideOnSinglePage: true }}
      dataSource={log.map((entry, at) => ({ ...entry, key: log.length - at }))}
      columns={[
        {
          title: both('时间', 'Time'),
          dataIndex: 'at',
          width: 110,
          render: (at: number) => <time>{new Date(at).toLocaleTimeString('zh-CN', { hour12: false })}</time>,
        },
        {
          title: both('类别', 'Kind'),
          dataIndex: 'kind',
          width: 130,
          render: (kind: LogEntry['kind']) => <StatusTag state={kind}>{WORDS[kind]}</StatusTag>,
        },
        { title: both('事件', 'Event'), dataIndex: 'text', render: (text: LogEntry['text']) => <Both {...text} /> },
        { title: both('读卡器', 'Reader'), dataIndex: 'reader' },
      ]}
    />
  );
}
