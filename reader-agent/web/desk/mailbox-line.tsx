/** One quiet line: what card-issuer had for this card, and what became of it. No value stands in it. */
import { MAILBOX_NOTICES, type MailboxReport } from '../../src/contract/mailbox.ts';

type Words = readonly [zh: string, en: string];

function updateWords(updates: MailboxReport['updates']): Words[] {
  const count = (outcome: string) => updates.filter((update) => update.outcome === outcome).length;
  const [applied, refused, unknown] = [count('applied'), count('not applied'), count('unknown')];
  return [
    ...(applied > 0 ? [[`${applied} 项更新已写入卡中`, `${applied} update(s) written and read back`] as const] : []),
    ...(refused > 0
      ? [[`${refused} 项更新未写入，发卡系统已获知`, `${refused} not written; the issuer knows`] as const]
      : []),
    ...(unknown > 0
      ? [[`${unknown} 项更新未确认，请重新放入此卡`, `${unknown} not known: insert the card again`] as const]
      : []),
  ];
}

export function mailboxWords({
  state,
  updates,
  notices,
}: Pick<MailboxReport, 'state' | 'updates' | 'notices'>): Words[] {
  if (state === 'working')
    return [['正在把发卡系统的更新写入卡中，请勿取出', 'updates are being written, please leave the card']];
  if (state === 'unreachable')
    return [['发卡系统暂时联系不上，恢复后自动领取此卡的更新', 'the card issuer is away; it is asked again']];
  return [
    ...notices.map((notice): Words => [MAILBOX_NOTICES[notice].zh, MAILBOX_NOTICES[notice].en]),
    ...updateWords(updates),
  ];
}

export function MailboxLine({ report }: { report: MailboxReport | null }) {
  if (report === null) return null;
  const loud = report.notices.includes('card-listed');
  return (
    <p id="mailbox" className={loud ? 'desk-mailbox bad' : 'desk-mailbox'} data-state={report.state} aria-live="polite">
      信箱 <small lang="en">mailbox</small>：
      {mailboxWords(report).map(([zh, en]) => (
        <span key={zh}>
          {zh} <small lang="en">{en}</small>{' '}
        </span>
      ))}
    </p>
  );
}
