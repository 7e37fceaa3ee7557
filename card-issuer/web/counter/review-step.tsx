/**
 * Everything once more before a blank card is used: the face as it will be printed, what stands in the record, and the second
 * person where policy asks for one. The page waits visibly, and goes on by itself when somebody else has approved.
 */
import { Both, call, FaultNotice, StatusTag, useDo, useLoad, When } from '@rhc/console-shell';
import { Skeleton } from 'antd';
import { type ReactNode, useEffect, useRef } from 'react';
import type {
  CardResponse,
  EnrolmentFormResponse,
  FacePreviewResponse,
  ReviewResponse,
} from '../../src/contract/index.ts';
import { useIntentKey } from '../intent-key.ts';
import { RecordSummary } from '../residents/record-summary.tsx';
import type { County, Draft } from './draft.ts';
import { FaceSvg } from './face-svg.tsx';
import { type Action, StepFrame } from './step-frame.tsx';

const WAIT_MS = 1_500;

interface Props {
  readonly residentId: string;
  readonly draft: Draft;
  readonly form: EnrolmentFormResponse;
  readonly counties: readonly County[];
  /** True: a record was corrected whose holder has a card; none is ordered. */
  readonly hasCard: boolean;
  onOrdered(card: CardResponse): void;
  onDone(): void;
  onBack(): void;
}

export function ReviewStep({
  residentId,
  draft,
  form,
  counties,
  hasCard,
  onOrdered,
  onDone,
  onBack,
}: Props): ReactNode {
  const face = useLoad(`face ${residentId}`, (signal) =>
    call<FacePreviewResponse>('GET', `/v1/residents/${residentId}/face-preview`, { signal }),
  );
  const review = useLoad(
    `review ${residentId}`,
    (signal) => call<ReviewResponse>('GET', `/v1/residents/${residentId}/review`, { signal }),
    WAIT_MS,
  );
  const key = useIntentKey();
  const order = useDo(async () => {
    const body = { residentId };
    onOrdered(await call<CardResponse>('POST', '/v1/cards', { body, idempotencyKey: key.current }));
  });
  const ask = useDo(async () => {
    await call('POST', `/v1/residents/${residentId}/review`, { body: {} });
    review.reload();
  });
  const standing = review.value;
  const waiting = standing?.needed === true && standing.approval?.state === 'open';
  // Approved while the clerk waited: on to the card, without another key.
  const waited = useRef(false);
  const { run } = order;
  useEffect(() => {
    if (hasCard) return;
    if (waiting) waited.current = true;
    else if (waited.current && standing?.needed === false && standing.approval?.state === 'approved') {
      waited.current = false;
      void run();
    }
  }, [waiting, standing, run, hasCard]);
  const main: Action = hasCard
    ? { label: { zh: '更正完成,下一位', en: 'Corrected: next resident' }, hotkey: 'Enter', run: onDone }
    : standing?.needed === true
      ? {
          label: { zh: '提请第二人复核', en: 'Ask for a review' },
          hotkey: 'Enter',
          run: () => void ask.run(),
          busy: ask.busy,
          disabled: waiting,
        }
      : {
          label: { zh: '无误,去制卡', en: 'All right: make the card' },
          hotkey: 'Enter',
          run: () => void order.run(),
          busy: order.busy,
          disabled: standing === null || face.value === null,
        };
  return (
    <StepFrame
      task={{ zh: '请本人核对卡面与登记内容', en: 'The person compares face and record' }}
      actions={[main, { label: { zh: '返回更正', en: 'Back and correct' }, hotkey: 'Escape', run: onBack }]}
    >
      <FaultNotice fault={face.fault ?? review.fault ?? order.fault ?? ask.fault} onRetry={review.reload} />
      {standing !== null && <SecondPerson standing={standing} />}
      <div className="counter-review">
        {face.value === null ? face.fault === null && <Skeleton active /> : <FaceSvg face={face.value} />}
        <RecordSummary draft={draft} form={form} counties={counties} />
      </div>
    </StepFrame>
  );
}

function SecondPerson({ standing: { needed, openCandidates, approval } }: { standing: ReviewResponse }): ReactNode {
  if (!needed) {
    return approval?.state === 'approved' ? (
      <p>
        <StatusTag state="good">已由第二人复核 reviewed</StatusTag> {approval.decidedBy}{' '}
        <When at={approval.decidedAt} />
      </p>
    ) : null;
  }
  return (
    <div className="counter-second" role="status" aria-live="polite">
      {approval?.state === 'open' ? (
        <p>
          <StatusTag state="busy">等待第二人复核 waiting for the second person</StatusTag>{' '}
          <Both
            zh="复核员或主管在“审批”页批准后,本页自动继续。"
            en="This page goes on by itself once a reviewer or manager has approved."
          />
        </p>
      ) : approval?.state === 'refused' ? (
        <p>
          <StatusTag state="bad">复核未通过 refused</StatusTag> {approval.decidedBy} →{' '}
          <Both
            zh="请返回更正,或与复核员核实是否同一人"
            en="correct the record, or ask the reviewer whether it is one person"
          />
        </p>
      ) : (
        <p>
          <StatusTag state="warn">须由第二人复核 a second person must review</StatusTag>{' '}
          {openCandidates > 0 && <Both zh={`疑似重复 ${openCandidates} 条`} en="possible duplicates" />}
        </p>
      )}
    </div>
  );
}
