/** The agent's own pages: the desk, and what belongs around it. Served by the agent from 127.0.0.1. */
import 'antd/dist/antd.css';
import '@rhc/console-shell/console.css';
import './desk.css';
import {
  ApiOutlined,
  AuditOutlined,
  ExperimentOutlined,
  HistoryOutlined,
  IdcardOutlined,
  KeyOutlined,
  SafetyCertificateOutlined,
  UnorderedListOutlined,
  UsbOutlined,
} from '@ant-design/icons';
import {
  Console,
  type ConsolePage,
  call,
  newIdempotencyKey,
  StatusTag,
  startConsole,
  useLoad,
} from '@rhc/console-shell';
import { useEffect, useSyncExternalStore } from 'react';
import type { WriteAnswer } from '../src/contract/index.ts';
import { events, readCard } from './desk/agent-streams.ts';
import { DeskPage } from './desk/desk-page.tsx';
import { DeskStore } from './desk/desk-store.ts';
import { play } from './desk/sounds.ts';
import { AuditPage } from './pages/audit-page.tsx';
import { type DeskProfileView, rolesOf } from './pages/desk-profile.ts';
import { DiagnosticsPage } from './pages/diagnostics-page.tsx';
import { EventsPage } from './pages/events-page.tsx';
import { KeysPage } from './pages/keys-page.tsx';
import { PairingPage } from './pages/pairing-page.tsx';
import { SelfTestPage } from './pages/self-test-page.tsx';
import { SimulatorPage } from './pages/simulator-page.tsx';
import type { AgentStatus } from './pages/status.ts';
import { listWrites, WritesPage } from './pages/writes-page.tsx';

const REFRESH_MS = 5_000;
/** Every card verb says so: no plain form of a foreign page can send this header. */
export const REQUEST = { 'x-rhc-request': '1' };

const store = new DeskStore({
  readCard,
  events,
  write: (kind, request) =>
    call<WriteAnswer>('POST', kind === 'patch' ? '/v1/card/patch' : '/v1/card/visits', {
      body: request,
      headers: REQUEST,
    }),
  openWrites: async () => (await listWrites()).filter(({ settled }) => !settled).length,
  play,
  now: Date.now,
  newId: newIdempotencyKey,
  after: (delayMs, action) => void setTimeout(action, delayMs),
});

function ReaderLight({ status }: { status: AgentStatus | null }) {
  if (status === null) return <StatusTag state="idle">读取中 Loading</StatusTag>;
  const { pcsc, readers } = status;
  if (pcsc.state !== 'running') return <StatusTag state="bad">智能卡服务未运行 PC/SC down</StatusTag>;
  return readers === 0 ? (
    <StatusTag state="warn">没有读卡器 No reader</StatusTag>
  ) : (
    <StatusTag state="good">读卡器 {readers} Readers</StatusTag>
  );
}

function Bands({ status: { simulator, clock } }: { status: AgentStatus }) {
  const minutes = Math.round(Math.abs(clock.offSeconds ?? 0) / 60);
  return (
    <>
      {simulator !== undefined && (
        <div className="simulator-band" role="alert">
          {simulator}
        </div>
      )}
      {clock.state === 'wrong' && (
        <div id="clock-band" className="simulator-band" role="alert">
          本机时钟相差约 {minutes} 分钟，已停止写卡：请开启自动对时。 This machine’s clock is about {minutes} min off;
          nothing is written: turn automatic time on.
        </div>
      )}
    </>
  );
}

const SIMULATOR: ConsolePage = {
  path: 'simulator',
  title: { zh: '模拟器', en: 'Simulator' },
  icon: <ExperimentOutlined />,
  render: () => <SimulatorPage />,
};

const AUDIT: ConsolePage = {
  path: 'audit',
  title: { zh: '本机审计', en: 'Local audit' },
  icon: <AuditOutlined />,
  render: () => <AuditPage />,
};

function AgentConsole() {
  const { keysRound } = useSyncExternalStore(store.subscribe, store.snapshot);
  const profile = useLoad(
    'profile',
    (signal) => call<DeskProfileView>('GET', '/v1/desk/profile', { signal }),
    REFRESH_MS,
  );
  useEffect(() => {
    if (profile.value !== null) store.assignRoles(rolesOf(profile.value));
  }, [profile.value]);
  const { reload } = profile;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a SAM that was put in is in a slot of its own
  useEffect(reload, [keysRound, reload]);
  const status = useLoad('status', (signal) => call<AgentStatus>('GET', '/v1/status', { signal }), REFRESH_MS);
  return (
    <Console
      title={{ zh: '诊室读卡', en: 'Clinic desk' }}
      status={<ReaderLight status={status.value} />}
      banner={status.value !== null && <Bands status={status.value} />}
      pages={[
        {
          path: 'desk',
          title: { zh: '读卡', en: 'Read' },
          icon: <IdcardOutlined />,
          render: () => <DeskPage store={store} hotlist={status.value?.hotlist ?? null} />,
        },
        {
          path: 'writes',
          title: { zh: '写卡记录', en: 'Writes' },
          icon: <HistoryOutlined />,
          render: () => <WritesPage />,
        },
        {
          path: 'pairing',
          title: { zh: '接入的网页', en: 'Paired pages' },
          icon: <ApiOutlined />,
          render: () => <PairingPage store={store} />,
        },
        {
          path: 'readers',
          title: { zh: '读卡器', en: 'Readers' },
          icon: <UsbOutlined />,
          render: () => <DiagnosticsPage store={store} />,
        },
        {
          path: 'keys',
          title: { zh: '密钥与 SAM', en: 'Keys and SAM' },
          icon: <KeyOutlined />,
          render: () => <KeysPage />,
        },
        {
          path: 'self-test',
          title: { zh: '浏览器自检', en: 'Self-test' },
          icon: <SafetyCertificateOutlined />,
          render: () => <SelfTestPage />,
        },
        {
          path: 'events',
          title: { zh: '事件', en: 'Events' },
          icon: <UnorderedListOutlined />,
          render: () => <EventsPage store={store} />,
        },
        ...(status.value?.simulator === undefined ? [AUDIT] : [SIMULATOR]),
      ]}
    />
  );
}

startConsole(<AgentConsole />);
void store.listen();
