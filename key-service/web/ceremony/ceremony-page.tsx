/** 仪式室: scripts to begin from, ceremonies that are open or past; `#/ceremony/ID` is the room itself. */
import {
  Both,
  both,
  Code,
  call,
  EmptyHint,
  FaultNotice,
  goTo,
  Section,
  StatusTag,
  SubmitOnEnter,
  useDo,
  useLoad,
  When,
} from '@rhc/console-shell';
import { Button, Form, InputNumber, Modal, Skeleton, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { CeremoniesResponse, CeremonyResponse, CeremonyScriptsResponse } from '../../src/contract/index.ts';
import { hasRole, type Principal } from '../sign-in/session.tsx';
import { CEREMONY_STATES } from './ceremony-words.ts';
import { Room } from './room.tsx';

type Script = CeremonyScriptsResponse['scripts'][number];
type Mode = 'rehearsal' | 'real';

export function CeremonyPage({ rest, me }: { rest: string; me: Principal }): ReactNode {
  return rest === '' ? <Lobby me={me} /> : <Room key={rest} id={rest} me={me} />;
}

function Lobby({ me }: { me: Principal }): ReactNode {
  const scripts = useLoad('scripts', (signal) =>
    call<CeremonyScriptsResponse>('GET', '/v1/ceremony-scripts', { signal }),
  );
  const list = useLoad('ceremonies', (signal) => call<CeremoniesResponse>('GET', '/v1/ceremonies', { signal }), 10_000);
  const [opening, setOpening] = useState<{ script: Script; mode: Mode } | null>(null);
  const open = useDo(async (script: Script, mode: Mode, keyVersion?: number) => {
    const body = { script: script.id, mode, ...(keyVersion === undefined ? {} : { keyVersion }) };
    const { id } = await call<CeremonyResponse>('POST', '/v1/ceremonies', { body });
    setOpening(null);
    goTo(`ceremony/${id}`);
  });
  const begin = (script: Script, mode: Mode) => {
    if (script.asksVersion || mode === 'real') setOpening({ script, mode });
    else void open.run(script, mode);
  };
  const mayOpen = hasRole(me, 'security-admin');
  return (
    <div className="stack">
      <FaultNotice fault={scripts.fault ?? list.fault ?? open.fault} onRetry={scripts.reload} />
      <Section title={{ zh: '仪式', en: 'Ceremonies' }}>
        <Table
          size="small"
          rowKey="id"
          loading={list.loading && list.value === null}
          dataSource={list.value?.ceremonies ?? []}
          pagination={{ pageSize: 8, hideOnSinglePage: true }}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '还没有举行过仪式。', en: 'No ceremony has been held.' }}
                next={{ zh: '在下面选一个脚本,先排演一次。', en: 'Choose a script below and rehearse it first.' }}
              />
            ),
          }}
          columns={[
            {
              title: both('仪式', 'Ceremony'),
              render: (_, row) => (
                <Button type="link" size="small" className="wrapping" onClick={() => goTo(`ceremony/${row.id}`)}>
                  <Both {...row.text} />
                </Button>
              ),
            },
            {
              title: both('方式', 'Mode'),
              dataIndex: 'mode',
              render: (mode: Mode) => (mode === 'real' ? both('正式', 'real') : both('排演', 'rehearsal')),
            },
            {
              title: both('状态', 'State'),
              render: (_, { state }) => (
                <StatusTag state={CEREMONY_STATES[state].light}>
                  {CEREMONY_STATES[state].zh} {CEREMONY_STATES[state].en}
                </StatusTag>
              ),
            },
            { title: both('开始', 'Begun'), dataIndex: 'openedAt', render: (at: string) => <When at={at} /> },
            { title: both('结束', 'Ended'), dataIndex: 'endedAt', render: (at: string | null) => <When at={at} /> },
          ]}
        />
      </Section>
      <Section title={{ zh: '脚本', en: 'Scripts' }} className="section-long">
        {scripts.value === null && scripts.fault === null && <Skeleton active />}
        <ul className="scripts">
          {(scripts.value?.scripts ?? []).map((script) => (
            <li key={script.id} className="script">
              <h3>
                <Both {...script.text} /> <span className="quiet">v{script.version}</span>
              </h3>
              <p className="quiet">{script.steps.map(({ text }) => text.zh).join(' → ')}</p>
              <p>
                {script.roles.map(({ role, text, count }) => (
                  <StatusTag key={role} state="idle">
                    {text.zh} × {count}
                  </StatusTag>
                ))}
              </p>
              <details>
                <summary>
                  <Both zh="脚本哈希" en="hash of the script" />
                </summary>
                <Code>{script.hash}</Code>
                <p className="words">{script.hashWords.zh.slice(0, 8).join(' · ')} …</p>
              </details>
              <div className="tools">
                <Button
                  type="primary"
                  disabled={!mayOpen}
                  loading={open.busy}
                  onClick={() => begin(script, 'rehearsal')}
                >
                  <Both zh="开始排演" en="Rehearse" />
                </Button>
                <Button danger disabled={!mayOpen || !script.real} onClick={() => begin(script, 'real')}>
                  <Both zh="正式举行" en="For real" />
                </Button>
                {!script.real && script.whyNot !== null && (
                  <span className="quiet">
                    <Both {...script.whyNot} />
                  </span>
                )}
              </div>
            </li>
          ))}
        </ul>
        {!mayOpen && (
          <p className="quiet">
            <Both zh="仪式由安全管理员开始。" en="Ceremonies are opened by the security administrator." />
          </p>
        )}
      </Section>
      {opening !== null && (
        <OpenDialogue
          {...opening}
          busy={open.busy}
          fault={<FaultNotice fault={open.fault} />}
          onClose={() => setOpening(null)}
          onOpen={(version) => void open.run(opening.script, opening.mode, version)}
        />
      )}
    </div>
  );
}

function OpenDialogue({
  script,
  mode,
  busy,
  fault,
  onClose,
  onOpen,
}: {
  script: Script;
  mode: Mode;
  busy: boolean;
  fault: ReactNode;
  onClose: () => void;
  onOpen: (version: number | undefined) => void;
}): ReactNode {
  const [form] = Form.useForm<{ version?: number }>();
  return (
    <Modal
      open
      title={
        <Both
          zh={`${mode === 'real' ? '正式举行' : '排演'}:${script.text.zh}`}
          en={mode === 'real' ? 'for real' : 'rehearsal'}
        />
      }
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={busy}
      okButtonProps={{ danger: mode === 'real' }}
      okText={both('开始', 'Begin')}
      cancelText={both('返回', 'Back')}
    >
      {fault}
      <Form form={form} layout="vertical" onFinish={({ version }) => onOpen(version)}>
        {script.asksVersion && (
          <Form.Item name="version" label={<Both zh="密钥版本号" en="Key version" />} rules={[{ required: true }]}>
            <InputNumber min={1} max={255} autoFocus />
          </Form.Item>
        )}
        {mode === 'real' && (
          <p>
            <Both
              zh="正式仪式会在密码机中建立真实密钥;每个人须亲自登录。"
              en="A real ceremony makes real keys; everybody signs in as themselves."
            />
          </p>
        )}
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
