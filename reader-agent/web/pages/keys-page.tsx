/** Where terminal keys come from at this desk, the SAM with its PIN and versions, and what key-service was told of it. */
import { Both, both, call, FaultNotice, type Light, StatusTag, useDo, useLoad } from '@rhc/console-shell';
import { Alert, Button, Descriptions, Space, Table } from 'antd';
import type { KeysState } from '../../src/contract/index.ts';
import { KEY_SOURCES } from '../desk/key-sources.ts';
import { asksForPin, keyUseText, SAM_WORDS } from '../desk/keys-words.ts';
import { SamPinForm } from '../desk/sam-pin.tsx';

const REFRESH_MS = 3_000;
const HEADERS = { 'x-rhc-request': '1' };
const POLICIES: Readonly<Record<KeysState['policy'], string>> = {
  'key-service-first': '密钥服务优先，SAM 备用 key-service first',
  'sam-first': 'SAM 优先，密钥服务备用 SAM first',
  'sam-only': '只用 SAM SAM only',
  'key-service-only': '只用密钥服务 key-service only',
};
const REPORT_WORDS: Readonly<Record<KeysState['samReport']['state'], readonly [Light, string]>> = {
  none: ['idle', '未报告 not told'],
  waiting: ['warn', '等待网络 waiting'],
  told: ['good', '已登记版本与联系时间 told'],
  refused: ['bad', '该 SAM 已作废，不再使用 revoked, not used'],
};

const KEY_SERVICE: Readonly<Record<KeysState['keyService'], readonly [Light, string]>> = {
  'not-asked': ['idle', '尚未使用 not asked yet'],
  answers: ['good', '正常 answers'],
  silent: ['bad', '没有应答 silent'],
};

function Tag({ words: [light, words] }: { words: readonly [Light, string] }) {
  return <StatusTag state={light}>{words}</StatusTag>;
}

function LastUse({ use }: { use: KeysState['lastUse'] }) {
  if (use === null) return <span id="last-use">{both('启动后还没有读过卡', 'no card since the start')}</span>;
  const slots = Object.entries(use.versions).map(([slot, version]) => `${slot} v${version}`);
  return (
    <span id="last-use">
      {keyUseText(use.source, use.versions)} · {new Date(use.at).toLocaleTimeString('zh-CN', { hour12: false })}
      <br />
      <code>{slots.join(' · ')}</code>
    </span>
  );
}

export function KeysPage() {
  const keys = useLoad('keys', (signal) => call<KeysState>('GET', '/v1/desk/keys', { signal }), REFRESH_MS);
  const reopen = useDo(async () => {
    await call('POST', '/v1/desk/sam/reopen', { body: {}, headers: HEADERS });
    keys.reload();
  });
  const state = keys.value;
  const fault = <FaultNotice fault={keys.fault ?? reopen.fault} onRetry={keys.reload} onClose={reopen.clear} />;
  if (state === null) return fault;
  const { sam, samReport } = state;
  return (
    <Space orientation="vertical" size="middle" className="stretch">
      {fault}
      <Descriptions id="key-sources" size="small" bordered column={2}>
        <Descriptions.Item label={both('策略（由信息科设定）', 'Policy (set by IT)')}>
          {POLICIES[state.policy]}
        </Descriptions.Item>
        <Descriptions.Item label={both('密钥服务', 'key-service')}>
          <Tag words={KEY_SERVICE[state.keyService]} />
        </Descriptions.Item>
        <Descriptions.Item label={both('下一张卡的次序', 'Order for the next card')} span={2}>
          {state.order.length === 0
            ? both('没有可用的密钥，不能读卡。', 'No keys: no card can be read.')
            : state.order.map((source) => KEY_SOURCES[source]).join(' → ')}
        </Descriptions.Item>
        <Descriptions.Item label={both('上一张卡所用密钥', 'Keys of the last card')} span={2}>
          <LastUse use={state.lastUse} />
        </Descriptions.Item>
        <Descriptions.Item label="SAM">
          <Space>
            <Tag words={SAM_WORDS[sam.state]} />
            <Button id="sam-reopen" size="small" disabled={reopen.busy} onClick={() => void reopen.run()}>
              <Both zh="重新打开" en="Open anew" />
            </Button>
          </Space>
        </Descriptions.Item>
        <Descriptions.Item label={both('SAM 读卡器', 'SAM reader')}>{sam.reader ?? '—'}</Descriptions.Item>
        <Descriptions.Item label={both('SAM 序列号', 'Serial')}>
          <code>{sam.samSerial ?? '—'}</code>
        </Descriptions.Item>
        <Descriptions.Item label={both('终端号', 'Terminal number')}>
          <code>{sam.terminalNumber ?? '—'}</code>
        </Descriptions.Item>
        <Descriptions.Item label={both('向密钥服务报告', 'Told to key-service')} span={2}>
          <Tag words={REPORT_WORDS[samReport.state]} />
          {samReport.at !== null && ` ${new Date(samReport.at).toLocaleString('zh-CN', { hour12: false })}`}
        </Descriptions.Item>
      </Descriptions>
      {sam.error !== null && !asksForPin(sam) && (
        <Alert
          type="error"
          showIcon
          title={<Both {...sam.error.message} />}
          description={<Both {...sam.error.nextStep} />}
        />
      )}
      {asksForPin(sam) && <SamPinForm sam={sam} onDone={keys.reload} />}
      {sam.versions.length > 0 && (
        <Table
          id="sam-versions"
          size="small"
          rowKey={({ slot, version }) => `${slot} ${version}`}
          pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
          dataSource={[...sam.versions]}
          columns={[
            { title: both('密钥', 'Key slot'), dataIndex: 'slot', render: (text) => <code>{text}</code> },
            { title: both('版本', 'Version'), dataIndex: 'version' },
          ]}
        />
      )}
    </Space>
  );
}
