/** Readers: which is which (put a card in or take it out), how well each works, and what to send to whoever helps. */
import { Both, both, call, download, FaultNotice, StatusTag, saveAs, useDo, useLoad } from '@rhc/console-shell';
import { Alert, Button, Card, Descriptions, Select, Space, Table } from 'antd';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ReaderProbeView } from '../../src/contract/index.ts';
import type { DeskStore } from '../desk/desk-store.ts';
import type { ReaderView } from '../desk/reader-choice.ts';
import type { DeskProfileView } from './desk-profile.ts';
import { roleOf, withRole } from './desk-profile.ts';
import { EventQueuePanel } from './event-queue.tsx';
import { UpdateLine } from './update-line.tsx';

const HEADERS = { 'x-rhc-request': '1' };
/** A short command over a healthy reader; wire and chip together stay well below. */
const SLOW_MS = 80;
const CARDS: Readonly<Record<ReaderView['card'], string>> = {
  none: '空 empty',
  resident: '健康卡 health card',
  blank: '空白卡 blank',
  other: '其他卡 other card',
};

function Probe({ probe }: { probe: ReaderProbeView }) {
  const { atr, protocol, roundTripMs } = probe;
  return (
    <Card id="probe" size="small" title={<Both zh={`诊断：${probe.reader}`} en="Diagnostics" />}>
      <Descriptions size="small" column={2}>
        <Descriptions.Item label={both('往返时间', 'Round trip')}>
          <StatusTag state={roundTripMs.median > SLOW_MS ? 'warn' : 'good'}>
            {roundTripMs.median} ms ({roundTripMs.least}–{roundTripMs.most})
          </StatusTag>
        </Descriptions.Item>
        <Descriptions.Item label={both('协议', 'Protocol')}>
          {protocol ?? '—'} ({atr.protocols.join(', ')})
        </Descriptions.Item>
        <Descriptions.Item label={both('形式', 'Form')}>{atr.form}</Descriptions.Item>
        <Descriptions.Item label={both('线速', 'Wire speed')}>
          {atr.bytesPerSecond === null ? '—' : `${atr.bytesPerSecond} B/s`}
        </Descriptions.Item>
        <Descriptions.Item label="ATR">
          <code>{atr.atr}</code>
        </Descriptions.Item>
        <Descriptions.Item label={both('接口字节', 'Interface bytes')}>
          <code>{atr.interfaceBytes.join(' ')}</code>
        </Descriptions.Item>
      </Descriptions>
    </Card>
  );
}

export function DiagnosticsPage({ store }: { store: DeskStore }) {
  const { readers, touched, keysRound } = useSyncExternalStore(store.subscribe, store.snapshot);
  const profile = useLoad('profile', (signal) => call<DeskProfileView>('GET', '/v1/desk/profile', { signal }));
  const { reload } = profile;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a SAM was put in or taken out
  useEffect(reload, [keysRound, reload]);
  const assign = useDo(async (wish: { card: string | null; sam: string | null }) => {
    await call('POST', '/v1/desk/profile', { body: wish, headers: HEADERS });
    profile.reload();
  });
  const assigned = profile.value ?? { card: null, sam: null };
  const holdsSam = (reader: string) =>
    profile.value?.readers.some((each) => each.reader === reader && each.holds === 'sam') === true;
  const [identifying, setIdentifying] = useState(false);
  const [probe, setProbe] = useState<ReaderProbeView | null>(null);
  const ask = useDo(async (reader: string) =>
    setProbe(await call<ReaderProbeView>('POST', '/v1/diagnostics/probe', { body: { reader }, headers: HEADERS })),
  );
  const fetchFile = useDo(async (path: string, name: string) => saveAs(await download(path), name));
  return (
    <Space orientation="vertical" size="middle" className="stretch">
      <FaultNotice fault={ask.fault ?? fetchFile.fault ?? assign.fault} onClose={ask.clear} />
      {identifying && (
        <Alert
          id="identify"
          type="info"
          showIcon
          title={
            touched === null
              ? both(
                  '请在要辨认的读卡器上放入或取出任意一张卡。',
                  'Put any card into the reader to be identified, or take it out.',
                )
              : both(`就是它：${touched}`, 'this is the one')
          }
        />
      )}
      <Table
        id="readers"
        size="small"
        rowKey="reader"
        pagination={false}
        dataSource={readers}
        rowClassName={({ reader }) => (identifying && reader === touched ? 'reader-touched' : '')}
        locale={{ emptyText: both('没有读卡器：请检查 USB 线。', 'No reader: check the USB cable.') }}
        columns={[
          { title: both('读卡器', 'Reader'), dataIndex: 'reader' },
          {
            title: both('卡', 'Card'),
            dataIndex: 'card',
            render: (card: ReaderView['card'], { reader }) => (holdsSam(reader) ? 'SAM' : CARDS[card]),
          },
          {
            title: both('用途（重新编号后仍能认出）', 'Use (found again after renumbering)'),
            key: 'role',
            render: (_: unknown, { reader }) => (
              <Select
                size="small"
                className="reader-role"
                aria-label={both('用途', 'Use')}
                value={roleOf(assigned, reader)}
                onChange={(role) => void assign.run(withRole(assigned, reader, role))}
                options={[
                  { value: 'none', label: both('未指定', 'not assigned') },
                  { value: 'card', label: both('放卡', 'card slot') },
                  { value: 'sam', label: both('放 SAM', 'SAM slot') },
                ]}
              />
            ),
          },
          {
            key: 'act',
            render: (_: unknown, { reader, card }) => (
              <Button
                size="small"
                className="probe"
                disabled={card === 'none' || ask.busy}
                onClick={() => void ask.run(reader)}
              >
                <Both zh="诊断" en="Diagnose" />
              </Button>
            ),
          },
        ]}
      />
      <Space wrap>
        <Button
          id="identify-button"
          type={identifying ? 'primary' : 'default'}
          onClick={() => {
            store.forgetTouched();
            setIdentifying(!identifying);
          }}
        >
          <Both zh="辨认读卡器" en="Press to identify" />
        </Button>
        <Button onClick={() => void fetchFile.run('/v1/diagnostics/bundle', 'rhc-diagnostics.zip')}>
          <Both zh="诊断包（无个人信息）" en="Diagnostics bundle" />
        </Button>
        <Button onClick={() => void fetchFile.run('/v1/diagnostics/dialogues?failing=1', 'rhc-dialogues.json')}>
          <Both zh="失败的对话（可重放）" en="Failing dialogues" />
        </Button>
      </Space>
      {probe !== null && <Probe probe={probe} />}
      <EventQueuePanel />
      <UpdateLine />
    </Space>
  );
}
