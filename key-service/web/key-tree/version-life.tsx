/** A key version's life: its history, how far a compromise reaches, and its moves — at once or by asking for approval. */
import {
  Both,
  both,
  call,
  FaultNotice,
  goTo,
  StatusTag,
  SubmitOnEnter,
  useDo,
  useLoad,
  useNotices,
  When,
} from '@rhc/console-shell';
import { Alert, Button, DatePicker, Form, Input, Modal, Timeline } from 'antd';
import { type ReactNode, useState } from 'react';
import type { BlastRadius, KeyVersionDetail } from '../../src/contract/index.ts';
import { type ChosenMoment, fromChinaClock } from '../china-clock.ts';
import { STATES } from '../words.tsx';

interface Act {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly danger?: boolean;
  /** Path after the version's, method, and the body beside the reason. */
  readonly send: (fields: { at?: string }) => { method: 'POST' | 'PUT'; path: string; body: Record<string, unknown> };
  readonly asksTime?: boolean;
}

const ACTS: Readonly<Record<string, Act>> = {
  suspend: {
    key: 'suspend',
    zh: '挂起(立即)',
    en: 'suspend at once',
    danger: true,
    send: () => ({ method: 'POST', path: 'suspend', body: {} }),
  },
  activate: {
    key: 'activate',
    zh: '申请启用',
    en: 'ask to activate',
    send: () => ({ method: 'POST', path: 'move', body: { to: 'active' } }),
  },
  schedule: {
    key: 'schedule',
    zh: '申请定时启用',
    en: 'ask to activate on a day',
    asksTime: true,
    send: ({ at }) => ({ method: 'POST', path: 'activation', body: { at } }),
  },
  deactivate: {
    key: 'deactivate',
    zh: '申请停用',
    en: 'ask to deactivate',
    send: () => ({ method: 'POST', path: 'move', body: { to: 'deactivated' } }),
  },
  compromise: {
    key: 'compromise',
    zh: '标记泄露',
    en: 'mark compromised',
    danger: true,
    send: () => ({ method: 'POST', path: 'move', body: { to: 'compromised' } }),
  },
  destroy: {
    key: 'destroy',
    zh: '申请销毁(30 天后)',
    en: 'ask to destroy in 30 days',
    danger: true,
    send: () => ({ method: 'POST', path: 'destruction', body: {} }),
  },
  restore: {
    key: 'restore',
    zh: '申请恢复',
    en: 'ask to restore',
    send: () => ({ method: 'POST', path: 'restoration', body: {} }),
  },
};

/** Which acts the state's moves allow. */
function actsOf({ state, moves, destroyAt }: KeyVersionDetail): Act[] {
  const names = [
    ...(moves.includes('suspended') ? ['suspend'] : []),
    ...(moves.includes('active') ? ['activate'] : []),
    ...(state === 'pre-active' ? ['schedule'] : []),
    ...(moves.includes('deactivated') ? ['deactivate'] : []),
    ...(moves.includes('compromised') ? ['compromise'] : []),
    ...(destroyAt === null && (moves.includes('destroyed') || state === 'deactivated' || state === 'compromised')
      ? ['destroy']
      : []),
    ...(destroyAt === null ? [] : ['restore']),
  ];
  return names.map((name) => ACTS[name]).filter((act): act is Act => act !== undefined);
}

export function VersionLife({ slot, version, mayAct }: { slot: string; version: number; mayAct: boolean }): ReactNode {
  const path = `/v1/key-versions/${encodeURIComponent(slot)}/${version}`;
  const detail = useLoad(path, (signal) => call<KeyVersionDetail>('GET', path, { signal }), 10_000);
  const [act, setAct] = useState<Act | null>(null);
  const [radius, setRadius] = useState(false);
  const value = detail.value;
  return (
    <>
      <FaultNotice fault={detail.fault} onRetry={detail.reload} />
      {value !== null && (
        <>
          {value.warnings.map((warning) => (
            <Alert key={warning.en} type="warning" showIcon title={<Both {...warning} />} />
          ))}
          <p className="quiet">
            <Both zh="现场卡数" en="cards in the field" />: {value.cardsInField ?? '—'} ·{' '}
            <Both zh="今日使用" en="uses today" />:{' '}
            {value.usesByDay
              .filter(({ day }) => day === value.usesByDay.at(-1)?.day)
              .reduce((sum, { uses }) => sum + uses, 0)}
          </p>
          {mayAct && (
            <div className="tools no-print">
              {actsOf(value).map((each) => (
                <Button key={each.key} size="small" danger={each.danger === true} onClick={() => setAct(each)}>
                  <Both zh={each.zh} en={each.en} />
                </Button>
              ))}
              <Button size="small" onClick={() => setRadius(true)}>
                <Both zh="泄露波及面" en="blast radius" />
              </Button>
            </div>
          )}
          <h3 className="small-head">
            <Both zh="履历" en="History" />
          </h3>
          {value.history.length === 0 && (
            <p className="quiet">
              <Both zh="还没有状态变更:建立后一直未启用。" en="No move yet: not activated since it was made." />
            </p>
          )}
          <Timeline
            items={value.history.map(({ from, to, at, actor, reason, logIndex }) => ({
              key: `${at} ${to}`,
              content: (
                <>
                  {STATES[from].zh} → <b>{STATES[to].zh}</b> <When at={at} />
                  <div className="quiet">
                    {actor} · {reason} {logIndex !== null && <a href={`#/audit/${logIndex}`}>№ {logIndex}</a>}
                  </div>
                </>
              ),
            }))}
          />
        </>
      )}
      {act !== null && (
        <ActDialogue
          act={act}
          name={`${slot} v${version}`}
          path={path}
          onClose={() => setAct(null)}
          onDone={detail.reload}
        />
      )}
      {radius && <RadiusDialogue path={path} onClose={() => setRadius(false)} />}
    </>
  );
}

function ActDialogue({
  act,
  name,
  path,
  onClose,
  onDone,
}: {
  act: Act;
  name: string;
  path: string;
  onClose: () => void;
  onDone: () => void;
}): ReactNode {
  const [form] = Form.useForm<{ reason: string; at?: ChosenMoment }>();
  const notices = useNotices();
  const send = useDo(async ({ reason, at }: { reason: string; at?: ChosenMoment }) => {
    const request = act.send(at === undefined ? {} : { at: fromChinaClock(at) });
    const answer = await call<{ approval?: string }>(request.method, `${path}/${request.path}`, {
      body: { ...request.body, reason },
    });
    onClose();
    onDone();
    if (answer.approval === undefined) notices.done({ zh: `${name}:已完成。`, en: 'Done.' });
    else {
      notices.done({ zh: '已提出请求,等待批准。', en: 'Asked; it waits for approval.' });
      goTo(`approvals/${answer.approval}`);
    }
  });
  return (
    <Modal
      open
      title={<Both zh={`${act.zh}:${name}`} en={act.en} />}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={send.busy}
      okButtonProps={{ danger: act.danger === true }}
      okText={both('确定', 'OK')}
      cancelText={both('返回', 'Back')}
    >
      <FaultNotice fault={send.fault} />
      <Form form={form} layout="vertical" onFinish={(fields) => void send.run(fields)}>
        {act.asksTime === true && (
          <Form.Item
            name="at"
            label={<Both zh="启用时间" en="When" />}
            rules={[{ required: true, message: '请选择时间 Choose a time' }]}
          >
            <DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" />
          </Form.Item>
        )}
        <Form.Item
          name="reason"
          label={<Both zh="理由(写入审计日志)" en="Reason, for the log" />}
          rules={[{ required: true, min: 4, message: '至少 4 个字 At least 4 characters' }]}
        >
          <Input.TextArea rows={2} autoFocus={act.asksTime !== true} />
        </Form.Item>
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}

function RadiusDialogue({ path, onClose }: { path: string; onClose: () => void }): ReactNode {
  const radius = useLoad(`radius ${path}`, (signal) => call<BlastRadius>('GET', `${path}/blast-radius`, { signal }));
  const value = radius.value;
  return (
    <Modal
      open
      onCancel={onClose}
      footer={null}
      width={720}
      title={<Both zh="若此密钥泄露" en="If this key is compromised" />}
    >
      <FaultNotice fault={radius.fault} onRetry={radius.reload} />
      {value !== null && (
        <>
          <ul className="sentences">
            {value.text.map((sentence) => (
              <li key={sentence.en}>
                <Both {...sentence} />
              </li>
            ))}
          </ul>
          <div className="tools">
            <StatusTag state="bad">卡 cards {value.cards ?? '—'}</StatusTag>
            <StatusTag state="bad">SAM {value.sams ?? '—'}</StatusTag>
            {value.provinces.map(({ code, name }) => (
              <StatusTag key={code} state="warn">
                {name.zh} {code}
              </StatusTag>
            ))}
          </div>
          <h3 className="small-head">
            <Both zh="应当做的事" en="What to do" />
          </h3>
          <ol className="sentences">
            {value.whatToDo.map((sentence) => (
              <li key={sentence.en}>
                <Both {...sentence} />
              </li>
            ))}
          </ol>
        </>
      )}
    </Modal>
  );
}
