/** The step that is on: what it is, whom it waits for, and the buttons of those who may act here. */
import { Both, EmptyHint, Section, StatusTag } from '@rhc/console-shell';
import { Button, Input, Progress, Spin } from 'antd';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import type { CeremonyResponse } from '../../src/contract/index.ts';
import type { Principal } from '../sign-in/session.tsx';
import { ApprovalPanel } from './approval-panel.tsx';
import { REHEARSAL_NAMES, ROLE_NAMES, type Role, type Step, WAITING, type Waiting } from './ceremony-words.ts';
import { distinctKeys, KcvBoard } from './kcv-board.tsx';
import { KeyBlocksEntry } from './key-blocks-entry.tsx';
import { type EnteredPart, JustEntered, OwnParts } from './own-parts.tsx';
import { PartEntry } from './part-entry.tsx';
import type { RoomActs } from './room.tsx';
import { RejectDialogue } from './room-dialogues.tsx';

interface Props {
  readonly ceremony: CeremonyResponse;
  readonly me: Principal;
  readonly busy: boolean;
  readonly acts: RoomActs;
  readonly path: string;
}

export function CurrentStep({ ceremony, me, busy, acts, path }: Props): ReactNode {
  const { current, steps, mode, state } = ceremony;
  const step = steps.find(({ id }) => id === current?.step);
  const [blocks, setBlocks] = useState<Record<string, string>>({});
  const [rejecting, setRejecting] = useState<readonly string[] | null>(null);
  const [entered, setEntered] = useState<EnteredPart | null>(null);
  const heading = useFocusKept(`${step?.id} ${current?.waitingFor.length} ${busy}`);
  if (state === 'interrupted') {
    return (
      <Section title={{ zh: '已中断', en: 'Interrupted' }}>
        <EmptyHint
          text={{ zh: ceremony.interruptions.at(-1)?.reason ?? '仪式已中断。', en: 'The ceremony is interrupted.' }}
          next={{ zh: '安全管理员按“恢复”后从这一步继续。', en: 'It goes on from this step after “resume”.' }}
        />
      </Section>
    );
  }
  if (current === null || step === undefined) {
    return (
      <Section title={{ zh: '没有当前步骤', en: 'No current step' }}>
        <EmptyHint
          text={{ zh: '仪式已经结束。', en: 'The ceremony is over.' }}
          next={{ zh: '离开房间,或查看仪式记录。', en: 'Leave, or look at the minutes.' }}
        />
      </Section>
    );
  }
  const perform = (waiting: Waiting, more: Record<string, unknown> = {}) =>
    acts.post(`steps/${step.id}`, { ...asPerson(mode, waiting), ...more });
  const isMine = ({ role, person }: Waiting) =>
    mode === 'rehearsal' || (person !== null ? person === me.id : ceremony.mine.some((each) => each.role === role));
  const roles = current.waitingFor.filter(({ what }) => what === 'take-role');
  const parts = current.waitingFor.filter(({ what }) => what === 'enter-part');
  const actors = current.waitingFor.filter(({ what }) => what === 'act' || what === 'confirm');
  const mine = actors.find(isMine);
  const rejectionApproved = ceremony.approval?.request?.rejects === true && ceremony.approval.request.complete;
  // What is compared was made by the steps before.
  const boardKeys = step.kind === 'confirm-kcv' ? distinctKeys(steps) : step.keys;
  const made = step.keys.filter((key) => key.state !== 'waiting').length;
  return (
    <Section
      title={{ zh: `第 ${steps.indexOf(step) + 1} 步`, en: `step ${steps.indexOf(step) + 1} of ${steps.length}` }}
      tools={busy ? <Spin size="small" /> : null}
    >
      <h3 className="step-text" ref={heading} tabIndex={-1}>
        <Both {...step.text} />
      </h3>
      {step.keys.length > 0 && (
        <Progress
          percent={Math.round((100 * made) / step.keys.length)}
          format={() => `${made}/${step.keys.length} 密钥 keys`}
        />
      )}
      {ceremony.token !== null && step.kind === 'attach-token' && (
        <p className="token-large">
          {ceremony.token.model} · {ceremony.token.label} · <code>{ceremony.token.serial}</code>
        </p>
      )}
      <ApprovalPanel ceremony={ceremony} me={me} acts={acts} blocks={blocks} />
      <DoneActs step={step} />
      {roles.length > 0 && <Seats ceremony={ceremony} waiting={roles} busy={busy} acts={acts} />}
      <JustEntered part={entered} step={step} />
      {parts.map((waiting, at) => (
        <PartEntry
          key={`${waiting.role} ${waiting.person}`}
          waiting={waiting}
          step={step}
          path={path}
          as={asPerson(mode, waiting).as}
          allowed={isMine(waiting)}
          first={at === 0}
          onEntered={(part) => {
            setEntered(part);
            acts.reload();
          }}
        />
      ))}
      <OwnParts step={step} mayPlay={mode === 'rehearsal'} acts={acts} />
      {step.kind === 'import-key-blocks' && <KeyBlocksEntry step={step} blocks={blocks} onChange={setBlocks} />}
      {actors.length > 0 && roles.length === 0 && (
        <div className="actors">
          {actors.map((waiting) => (
            <Button
              key={`${waiting.role} ${waiting.person}`}
              type="primary"
              size="large"
              disabled={!isMine(waiting) || busy}
              onClick={() => void perform(waiting, step.kind === 'import-key-blocks' ? { blocks } : {})}
            >
              {waiting.person ?? ROLE_NAMES[waiting.role].zh} ·{' '}
              <Both
                zh={`${ROLE_NAMES[waiting.role].zh}${step.kind === 'confirm-kcv' ? '确认全部相符' : WAITING[waiting.what].zh}`}
                en={WAITING[waiting.what].en}
              />
            </Button>
          ))}
          {step.kind === 'confirm-kcv' && (
            <Button size="large" danger disabled={busy} onClick={() => setRejecting([])}>
              <Both zh="有不相符的" en="Some differ" />
            </Button>
          )}
        </div>
      )}
      <KcvBoard keys={boardKeys} />
      {rejecting !== null && actors[0] !== undefined && (
        <RejectDialogue
          keys={rejectionApproved ? [...(ceremony.approval?.request?.keys ?? [])] : boardKeys.map(({ key }) => key)}
          onClose={() => setRejecting(null)}
          asks={ceremony.approval !== null && !rejectionApproved}
          onSend={(keys, reason) =>
            ceremony.approval === null || rejectionApproved
              ? perform(mine ?? (actors[0] as Waiting), { accept: false, keys, reason })
              : acts.post('approval', { step: step.id, reject: keys, reason })
          }
        />
      )}
    </Section>
  );
}

/**
 * A button that has done its act goes away and takes the keyboard's place with it: then the step's heading has it, so that
 * Tab leads to the next button. Not the button itself: nobody confirms by an Enter too many.
 */
function useFocusKept(when: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at after each change of the step
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus();
  }, [when]);
  return heading;
}

/** In a rehearsal one principal plays the person; for real everybody is themselves. */
function asPerson(mode: CeremonyResponse['mode'], { person }: Waiting): { as?: string } {
  return mode === 'rehearsal' && person !== null ? { as: person } : {};
}

function DoneActs({ step }: { step: Step }): ReactNode {
  return (
    <div className="tools">
      {step.acts.map(({ role, person }) => (
        <StatusTag key={`${role} ${person}`} state="good">
          {person} {ROLE_NAMES[role].zh}
        </StatusTag>
      ))}
    </div>
  );
}

/** Roles that are free. In a rehearsal all seats can be filled at once with invented people. */
function Seats({
  ceremony,
  waiting,
  busy,
  acts,
}: {
  ceremony: CeremonyResponse;
  waiting: readonly Waiting[];
  busy: boolean;
  acts: RoomActs;
}): ReactNode {
  const isRehearsal = ceremony.mode === 'rehearsal';
  const [names, setNames] = useState<Partial<Record<Role, string>>>({});
  const freeName = (role: Role) =>
    REHEARSAL_NAMES[role].find((name) => !ceremony.people.some(({ person }) => person === name)) ?? ROLE_NAMES[role].zh;
  const fillAll = async () => {
    for (const { role, count, taken } of ceremony.rolesNeeded) {
      for (const person of REHEARSAL_NAMES[role].slice(taken, count)) await acts.post('roles', { role, as: person });
    }
  };
  const free = ceremony.rolesNeeded.filter(({ count, taken }) => taken < count);
  return (
    <>
      {isRehearsal && (
        <Button type="primary" size="large" loading={busy} onClick={() => void fillAll()}>
          <Both zh="全部就位(排演用的虚构人物)" en="Fill every seat with invented people" />
        </Button>
      )}
      <ul className="seats">
        {free.map(({ role, text, count, taken }) => (
          <li key={role}>
            <strong>
              <Both {...text} />
            </strong>{' '}
            {taken}/{count}
            {isRehearsal && (
              <Input
                className="seat-name"
                aria-label={`${text.zh}的姓名 name`}
                value={names[role] ?? freeName(role)}
                onChange={(event) => setNames({ ...names, [role]: event.target.value })}
              />
            )}
            <Button
              disabled={busy || !waiting.some((each) => each.role === role)}
              onClick={() =>
                void acts.post('roles', { role, ...(isRehearsal ? { as: names[role] ?? freeName(role) } : {}) })
              }
            >
              <Both zh="就位" en="take it" />
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
