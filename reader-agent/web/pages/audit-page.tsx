/** The desk's own audit: whether its chain is whole, how much still waits for its upload, and the latest entries. */
import { Both, both, call, FaultNotice, StatusTag, useDo, useLoad } from '@rhc/console-shell';
import { Alert, Button, Descriptions, Space, Table } from 'antd';
import type { AuditEntries, AuditState } from '../../src/contract/index.ts';

const REFRESH_MS = 5_000;
const HEADERS = { 'x-rhc-request': '1' };
const ACTIONS: Readonly<Record<string, string>> = {
  'chain-begun': '审计链开始 chain begun',
  'agent-started': '程序启动 agent started',
  'agent-stopped': '程序停止 agent stopped',
  'tail-repaired': '断电残行已修复 torn line repaired',
  'damage-acknowledged': '损坏已核查 damage acknowledged',
  'page-paired': '网页配对 page paired',
  'page-revoked': '撤销配对 page revoked',
  'pairing-refused': '拒绝配对 pairing refused',
  'pairing-code-wrong': '配对码错误 wrong pairing code',
  'card-write': '写卡结果 outcome of a write',
  'sam-refused': 'SAM 已作废 SAM revoked',
  'sam-pin-tried': 'SAM PIN 尝试 SAM PIN tried',
  'desk-profile-changed': '读卡器指定 readers assigned',
  'hotlist-imported': '导入挂失名单 hotlist imported',
  'hotlist-refused': '挂失名单被拒 hotlist refused',
  'requests-refused': '请求被拒 requests refused',
};
const DAMAGES: Readonly<Record<string, string>> = {
  unreadable: '出现不是记录的内容 a line is no entry',
  'other-chain': '混入其他链的记录 a line of another chain',
  'out-of-order': '记录缺失、重复或次序颠倒 lines missing, repeated or exchanged',
  altered: '记录被改动 a line was altered',
  'lines-missing': '记录被删去 lines were taken away',
  'file-missing': '文件被删除 the file was removed',
  'head-altered': '链头记录被改动 the note of the head was altered',
  'head-missing': '链头记录被删除 the note of the head was removed',
};

function Upload({ upload, waiting }: AuditState) {
  if (upload === null) return <StatusTag state="idle">不上传 not uploaded</StatusTag>;
  if (upload.state === 'refused') return <StatusTag state="bad">密钥服务拒收 refused by key-service</StatusTag>;
  if (upload.state === 'gap') return <StatusTag state="bad">密钥服务缺少记录 entries missing at key-service</StatusTag>;
  if (waiting === 0) return <StatusTag state="good">已全部上传 all uploaded</StatusTag>;
  return <StatusTag state="warn">{waiting} 条等待上传 waiting</StatusTag>;
}

export function AuditPage() {
  const state = useLoad('audit', (signal) => call<AuditState>('GET', '/v1/audit', { signal }), REFRESH_MS);
  const entries = useLoad(
    'audit-entries',
    (signal) => call<AuditEntries>('GET', '/v1/audit/entries', { signal }),
    REFRESH_MS,
  );
  const act = useDo(async (path: string) => {
    await call('POST', path, { headers: HEADERS, body: {} });
    state.reload();
    entries.reload();
  });
  const audit = state.value;
  return (
    <Space orientation="vertical" size="middle" className="stretch">
      <FaultNotice fault={state.fault ?? entries.fault ?? act.fault} onRetry={state.reload} onClose={act.clear} />
      {audit !== null && audit.damage !== null && (
        <Alert
          id="audit-damage"
          type="error"
          showIcon
          title={`${DAMAGES[audit.damage.kind] ?? audit.damage.kind} · #${audit.damage.at}`}
          description={both(
            `启动时发现；损坏的文件已另存，请交信息科核查。${audit.damage.aside ?? ''}`,
            'Found at the start; the damaged file was laid aside for IT.',
          )}
          action={
            <Button danger onClick={() => void act.run('/v1/audit/damage/acknowledge')}>
              <Both zh="已核查" en="Looked into" />
            </Button>
          }
        />
      )}
      {audit !== null && (
        <Descriptions id="audit-state" size="small" bordered column={2}>
          <Descriptions.Item label={both('链', 'Chain')}>
            {audit.failing ? (
              <StatusTag state="bad">无法写入磁盘 cannot be written</StatusTag>
            ) : (
              <StatusTag state={audit.damage === null ? 'good' : 'bad'}>
                {audit.damage === null ? '完好 whole' : '曾损坏 damaged before'}
              </StatusTag>
            )}
          </Descriptions.Item>
          <Descriptions.Item label={both('上传', 'Upload')}>
            <Space>
              <Upload {...audit} />
              <Button
                size="small"
                id="audit-upload"
                disabled={audit.upload === null || audit.waiting === 0 || act.busy}
                onClick={() => void act.run('/v1/audit/upload')}
              >
                <Both zh="立即上传" en="Upload now" />
              </Button>
            </Space>
          </Descriptions.Item>
          <Descriptions.Item label={both('条数', 'Entries')}>{audit.entries}</Descriptions.Item>
          <Descriptions.Item label={both('链头', 'Head')}>
            <code>{audit.head.slice(0, 16)}…</code>
          </Descriptions.Item>
        </Descriptions>
      )}
      {audit?.upload?.error && (
        <Alert
          type="warning"
          showIcon
          title={<Both {...audit.upload.error.message} />}
          description={<Both {...audit.upload.error.nextStep} />}
        />
      )}
      <Table
        id="audit-entries"
        size="small"
        rowKey="sequence"
        pagination={{ pageSize: 15, hideOnSinglePage: true, showSizeChanger: false }}
        dataSource={[...(entries.value?.entries ?? [])]}
        columns={[
          { title: '#', dataIndex: 'sequence', width: 80 },
          {
            title: both('时间', 'Time'),
            dataIndex: 'at',
            width: 190,
            render: (at: string) => new Date(at).toLocaleString('zh-CN', { hour12: false }),
          },
          {
            title: both('事项', 'What'),
            dataIndex: 'action',
            render: (action: string) => ACTIONS[action] ?? action,
          },
          {
            title: both('细节（无个人信息）', 'Details (no personal data)'),
            dataIndex: 'details',
            render: (details: Readonly<Record<string, unknown>>) => (
              <code>
                {Object.entries(details)
                  .map(([name, value]) => `${name}=${String(value)}`)
                  .join(' ')}
              </code>
            ),
          },
        ]}
      />
    </Space>
  );
}
