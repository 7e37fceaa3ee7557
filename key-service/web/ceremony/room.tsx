/**
 * The ceremony room: steps at the left, the current one in large type in the middle, people and exceptions at the right.
 * Every act answers with the whole state, so the room never shows something that did not happen; other people's acts come
 * in by asking again every two seconds.
 */
import { Band, Both, both, call, FaultNotice, goTo, Section, StatusTag, useDo, useLoad } from '@rhc/console-shell';
import { Button, Progress, Skeleton, Steps, Switch } from 'antd';
import { type ReactNode, useState } from 'react';
import type { CeremonyResponse } from '../../src/contract/index.ts';
import { hasRole, type Principal } from '../sign-in/session.tsx';
import { CEREMONY_STATES } from './ceremony-words.ts';
import { CurrentStep } from './current-step.tsx';
import { MinutesSection } from './minutes-section.tsx';
import { PeopleSection } from './people-section.tsx';
import { ExceptionDialogue, ReasonDialogue } from './room-dialogues.tsx';

const REFRESH_MS = 2_000;

export interface RoomActs {
  /** Posts below the ceremony's path; the answer becomes the room's state. */
  readonly post: (path: string, body: Record<string, unknown>) => Promise<void>;
  readonly reload: () => void;
}

export function Room({ id, me }: { id: string; me: Principal }): ReactNode {
  const path = `/v1/ceremonies/${encodeURIComponent(id)}`;
  const [acted, setActed] = useState<CeremonyResponse | null>(null);
  const room = useLoad(path, (signal) => call<CeremonyResponse>('GET', path, { signal }), REFRESH_MS);
  const [large, setLarge] = useState(false);
  const [dialogue, setDialogue] = useState<'exception' | 'interrupt' | 'resume' | 'abandon' | null>(null);
  const act = useDo(async (rest: string, body: Record<string, unknown>) => {
    setActed(await call<CeremonyResponse>('POST', `${path}/${rest}`, { body }));
    room.reload();
  });
  const ceremony = newer(acted, room.value);
  if (ceremony === null)
    return room.fault === null ? <Skeleton active /> : <FaultNotice fault={room.fault} onRetry={room.reload} />;
  const post = async (rest: string, body: Record<string, unknown>) => void (await act.run(rest, body));
  const { state, mode, steps } = ceremony;
  const done = steps.filter((step) => step.state === 'done').length;
  const mayLead = hasRole(me, 'security-admin');
  return (
    <div className={large ? 'room room-large' : 'room'}>
      {mode === 'rehearsal' && (
        <Band kind="rehearsal">
          <Both
            zh="排演:令牌是临时的,密钥不会用于任何卡。"
            en="REHEARSAL on a scratch token; none of these keys reaches a card."
          />
        </Band>
      )}
      <FaultNotice fault={act.fault ?? room.fault} onClose={act.clear} />
      <div className="room-head">
        <div>
          <h3>
            <Both {...ceremony.text} />
          </h3>
          <StatusTag state={CEREMONY_STATES[state].light}>
            {CEREMONY_STATES[state].zh} {CEREMONY_STATES[state].en}
          </StatusTag>
        </div>
        <Progress percent={Math.round((100 * done) / steps.length)} format={() => `${done}/${steps.length}`} />
        <div className="tools no-print">
          <Switch
            checked={large}
            onChange={setLarge}
            checkedChildren="大字"
            unCheckedChildren="大字"
            aria-label="大字 Large type"
          />
          {(state === 'open' || state === 'interrupted') && (
            <Button onClick={() => setDialogue('exception')}>
              <Both zh="登记例外" en="exception" />
            </Button>
          )}
          {mayLead && state === 'open' && (
            <Button onClick={() => setDialogue('interrupt')}>
              <Both zh="中断" en="interrupt" />
            </Button>
          )}
          {mayLead && state === 'interrupted' && (
            <Button type="primary" onClick={() => setDialogue('resume')}>
              <Both zh="恢复" en="resume" />
            </Button>
          )}
          {mayLead && (state === 'open' || state === 'interrupted') && (
            <Button danger onClick={() => setDialogue('abandon')}>
              <Both zh="放弃" en="abandon" />
            </Button>
          )}
          <Button onClick={() => goTo('ceremony')}>
            <Both zh="离开房间" en="leave" />
          </Button>
        </div>
      </div>
      <div className="room-body">
        <Section title={{ zh: '步骤', en: 'Steps' }}>
          <Steps
            orientation="vertical"
            size="small"
            current={steps.findIndex((step) => step.state === 'current')}
            items={steps.map((step) => ({
              key: step.id,
              title: <span className="step-title">{step.text.zh}</span>,
              status: step.state === 'done' ? 'finish' : step.state === 'current' ? 'process' : 'wait',
            }))}
          />
        </Section>
        <div className="stack">
          {state !== 'completed' && (
            <CurrentStep ceremony={ceremony} me={me} busy={act.busy} acts={{ post, reload: room.reload }} path={path} />
          )}
          {(state === 'completed' || ceremony.minutes !== null) && <MinutesSection ceremony={ceremony} path={path} />}
        </div>
        <PeopleSection ceremony={ceremony} />
      </div>
      {dialogue === 'exception' && (
        <ExceptionDialogue
          onClose={() => setDialogue(null)}
          onSend={(body) => post('exceptions', body)}
          ceremony={ceremony}
        />
      )}
      {dialogue !== null && dialogue !== 'exception' && (
        <ReasonDialogue
          title={REASONS[dialogue]}
          danger={dialogue === 'abandon'}
          onClose={() => setDialogue(null)}
          onSend={(reason) => post(dialogue, { reason, ...administrator(ceremony) })}
        />
      )}
    </div>
  );
}

const REASONS = {
  interrupt: both('中断仪式,改日继续', 'Interrupt, to be resumed another day'),
  resume: both('恢复仪式', 'Resume the ceremony'),
  abandon: both('放弃仪式', 'Abandon the ceremony'),
} as const;

/** In a rehearsal the one who sits here acts as its administrator. */
function administrator(ceremony: CeremonyResponse): { as?: string } {
  const found = ceremony.people.find(({ role }) => role === 'administrator');
  return ceremony.mode === 'rehearsal' && found !== undefined ? { as: found.person } : {};
}

/** The answer of an act is newer than what was read before it; steps never go back except by a rejection, which reads again. */
function newer(acted: CeremonyResponse | null, read: CeremonyResponse | null): CeremonyResponse | null {
  if (acted === null || read === null) return acted ?? read;
  const weight = ({ steps, people, exceptions }: CeremonyResponse) =>
    steps.reduce((sum, { acts }) => sum + acts.length, people.length + exceptions.length);
  return weight(read) >= weight(acted) ? read : acted;
}
