/** Self-test: one line a check, each with what to do. */
import { accessToken, Both, both, StatusTag, useLoad } from '@rhc/console-shell';
import { Alert, Button, Space, Table } from 'antd';
import { type Check, selfTest } from './self-test.ts';

const WORDS: Readonly<Record<Check['state'], string>> = {
  good: '通过 passed',
  warn: '注意 note',
  bad: '未通过 failed',
};

const ask = (path: string) => fetch(path, { headers: { authorization: `Bearer ${accessToken.get() ?? ''}` } });

export function SelfTestPage() {
  const checks = useLoad('self-test', () => selfTest(ask));
  const failed = (checks.value ?? []).filter(({ state }) => state === 'bad').length;
  return (
    <Space orientation="vertical" size="middle" className="stretch">
      {checks.value !== null && (
        <Alert
          id="self-test-verdict"
          showIcon
          type={failed === 0 ? 'success' : 'error'}
          title={
            failed === 0 ? both('可以使用。', 'Ready for use.') : both(`${failed} 项未通过。`, `${failed} failed.`)
          }
        />
      )}
      <Table
        id="self-test"
        size="small"
        rowKey="id"
        pagination={false}
        loading={checks.loading}
        dataSource={checks.value ?? []}
        columns={[
          {
            title: both('检查', 'Check'),
            dataIndex: 'title',
            width: 260,
            render: (title: Check['title']) => <Both {...title} />,
          },
          {
            title: both('结果', 'Result'),
            dataIndex: 'state',
            width: 140,
            render: (state: Check['state']) => <StatusTag state={state}>{WORDS[state]}</StatusTag>,
          },
          {
            title: both('说明', 'What it means'),
            dataIndex: 'says',
            render: (says: Check['says']) => <Both {...says} />,
          },
        ]}
      />
      <Button onClick={checks.reload}>
        <Both zh="再检查一次" en="Check again" />
      </Button>
    </Space>
  );
}
