/** Approvals of the current step under quorum: ask, see who has approved, go to the approvals page. Nothing in a rehearsal. */
import { Both, both, goTo, StatusTag, When } from '@rhc/console-shell';
import { Alert, Button } from 'antd';
import { type ReactNode, useState } from 'react';
import type { CeremonyResponse } from '../../src/contract/index.ts';
import { hasRole, type Principal } from '../sign-in/session.tsx';
import type { RoomActs } from './room.tsx';
import { ReasonDialogue } from './room-dialogues.tsx';

export function ApprovalPanel({
  ceremony,
  me,
  acts,
  blocks,
}: {
  ceremony: CeremonyResponse;
  me: Principal;
  acts: RoomActs;
  blocks: Readonly<Record<string, string>>;
}): ReactNode {
  const { approval, current } = ceremony;
  const [asking, setAsking] = useState(false);
  if (approval === null || current === null) return null;
  const { needed, request } = approval;
  if (request === null && !needed) return null;
  const mayAsk = hasRole(me, 'security-admin') || hasRole(me, 'officer');
  const body = { step: current.step, ...(Object.keys(blocks).length === 0 ? {} : { blocks }) };
  return (
    <>
      <Alert
        className="approval-panel"
        type={request?.complete === true ? 'success' : 'warning'}
        showIcon
        title={request === null ? <NotAsked /> : <Asked request={request} />}
        action={
          request === null ? (
            <Button type="primary" disabled={!mayAsk} onClick={() => setAsking(true)}>
              <Both zh="申请批准" en="Ask for approval" />
            </Button>
          ) : (
            <Button onClick={() => goTo(`approvals/${request.id}`)}>
              <Both zh="打开申请" en="Open the request" />
            </Button>
          )
        }
      />
      {asking && (
        <ReasonDialogue
          title={both('申请批准这一步', 'Ask for approval of this step')}
          danger={false}
          onClose={() => setAsking(false)}
          onSend={(reason) => acts.post('approval', { ...body, reason })}
        />
      )}
    </>
  );
}

function NotAsked(): ReactNode {
  return (
    <Both
      zh="这一步须先经多人批准,密码机才会执行。下一步:申请批准。"
      en="The HSM does this step under a quorum only. Next: ask for approval."
    />
  );
}

function Asked({ request }: { request: NonNullable<NonNullable<CeremonyResponse['approval']>['request']> }): ReactNode {
  const { complete, approvedBy, expiresAt, rejects, keys } = request;
  return (
    <>
      <StatusTag state={complete ? 'good' : 'warn'}>
        {complete ? '已批准 approved' : `${approvedBy.length} 人已批准,还不够 more needed`}
      </StatusTag>{' '}
      {rejects ? (
        <Both zh={`驳回 ${keys.join('、')}`} en="rejection of these keys" />
      ) : (
        <Both
          zh={complete ? '可以执行这一步。' : '下一步:请名册规定的人员在批准页批准。'}
          en={complete ? 'The step can be carried out.' : 'Next: the people of the roster approve it.'}
        />
      )}{' '}
      <span className="quiet">
        <Both zh="有效至" en="valid until" /> <When at={expiresAt} now={new Date()} />
      </span>
    </>
  );
}
