/**
 * The sample card: what the chip proved, and two people who looked at the card itself. Who made the run has asked; another
 * one approves, or refuses, and then the next card is a sample again.
 */
import { Both, call, download, FaultNotice, Section, StatusTag, useDo, useLoad, useNotices } from '@rhc/console-shell';
import { Button, Descriptions, Popconfirm, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import type { ApprovalsResponse, CardResponse } from '../../src/contract/index.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import type { Run } from './job-words.ts';

const REFRESH_MS = 3_000;

export function SampleSection({
  me,
  run,
  onChange,
}: {
  me: PageProps['me'];
  run: Run;
  onChange: () => void;
}): ReactNode {
  const mayLook = hasRole(me, 'clerk', 'reviewer', 'manager');
  const card = useLoad(mayLook && run.sampleCardId !== null ? `sample ${run.sampleCardId}` : null, (signal) =>
    call<CardResponse>('GET', `/v1/cards/${run.sampleCardId}`, { signal }),
  );
  const open = useLoad(
    'approvals waiting',
    (signal) => call<ApprovalsResponse>('GET', '/v1/approvals', { signal, query: { state: 'open', limit: 500 } }),
    REFRESH_MS,
  );
  const approval = open.value?.approvals.find(
    ({ operation, subject }) => operation === 'production-sample' && subject === run.id,
  );
  const notices = useNotices();
  const decide = useDo(async (how: 'approve' | 'refuse') => {
    await call('POST', `/v1/approvals/${approval?.id}/${how}`, { body: {} });
    notices.done(how === 'approve' ? { zh: '样卡已核准,任务继续。', en: 'Approved; the run goes on.' } : REFUSED);
    onChange();
    open.reload();
  });
  const again = useDo(async () => {
    await call('POST', `/v1/bulk-runs/${run.id}/new-sample`);
    onChange();
  });
  const face = useDo(async () => {
    const file = await download(`/v1/cards/${run.sampleCardId}/face`, { query: { kind: 'proof' } });
    window.open(URL.createObjectURL(file), '_blank', 'noopener');
  });
  const mayApprove = hasRole(me, 'reviewer', 'manager') && approval !== undefined && approval.requestedBy !== me.id;
  return (
    <Section
      title={{ zh: '样卡核准(双人)', en: 'The sample card, approved by two people' }}
      tools={
        <div className="tools">
          {hasRole(me, 'clerk', 'manager') && (
            <Button size="small" loading={face.busy} onClick={() => void face.run()}>
              <Both zh="卡面校样" en="Proof of the face" />
            </Button>
          )}
          {mayApprove && (
            <>
              <Popconfirm
                title={
                  <Both
                    zh="已看过实卡:印刷、照片、条码与芯片一致?"
                    en="Seen the card itself: print, photo, barcode and chip agree?"
                  />
                }
                okText="核准 Approve"
                cancelText="再看看 Not yet"
                onConfirm={() => void decide.run('approve')}
              >
                <Button size="small" type="primary" loading={decide.busy}>
                  <Both zh="核准样卡" en="Approve the sample" />
                </Button>
              </Popconfirm>
              <Button size="small" danger loading={decide.busy} onClick={() => void decide.run('refuse')}>
                <Both zh="不合格" en="Refuse" />
              </Button>
            </>
          )}
          {hasRole(me, 'clerk', 'manager') && approval === undefined && open.value !== null && (
            <Button size="small" type="primary" loading={again.busy} onClick={() => void again.run()}>
              <Both zh="重做样卡" en="Make another sample" />
            </Button>
          )}
        </div>
      }
    >
      <FaultNotice fault={card.fault ?? open.fault ?? decide.fault ?? again.fault ?? face.fault} />
      {approval !== undefined && approval.requestedBy === me.id && (
        <p>
          <StatusTag state="warn">您新建了任务,须由另一人核准 you made the run: another person approves</StatusTag>
        </p>
      )}
      {mayLook &&
        (card.value === null ? (
          card.fault === null && <Skeleton active paragraph={{ rows: 2 }} title={false} />
        ) : (
          <SampleCard card={card.value} />
        ))}
    </Section>
  );
}

const REFUSED = { zh: '样卡不合格,请重做样卡。', en: 'Refused; have another sample made.' };

function SampleCard({ card }: { card: CardResponse }): ReactNode {
  const { verdict } = card;
  return (
    <Descriptions
      size="small"
      column={3}
      items={[
        { key: 'name', label: <Both zh="姓名" en="Name" />, children: card.residentName },
        { key: 'number', label: <Both zh="卡号" en="Number" />, children: <code>{card.cardNumber}</code> },
        { key: 'serial', label: <Both zh="发行序列号" en="Serial" />, children: <code>{card.issueSerial}</code> },
        { key: 'chip', label: <Both zh="芯片" en="Chip" />, children: <code>{card.cardFactor}</code> },
        {
          key: 'read-back',
          label: <Both zh="读回" en="Read back" />,
          children: (
            <StatusTag state={verdict?.readBack.equal === true ? 'good' : 'bad'}>
              {verdict?.readBack.bytes ?? 0} 字节 bytes
            </StatusTag>
          ),
        },
        {
          key: 'genuine',
          label: <Both zh="密钥核验" en="Keys" />,
          children: (
            <StatusTag state={verdict?.genuine === true ? 'good' : 'bad'}>
              {verdict?.keys.length ?? 0} 把 keys
            </StatusTag>
          ),
        },
      ]}
    />
  );
}
