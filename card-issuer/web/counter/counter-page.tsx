/**
 * The counter: one clerk, one resident, from look-up to the active card, without a mouse. Every step shows one task and has
 * its main key on Enter; the bar at the top says how far one is.
 */
import { call, FaultNotice, goTo, useDo, useLoad } from '@rhc/console-shell';
import { Skeleton, Steps } from 'antd';
import { type ReactNode, useEffect } from 'react';
import type {
  CardResponse,
  CardsResponse,
  CountiesResponse,
  EnrolmentFormResponse,
  ResidentResponse,
} from '../../src/contract/index.ts';
import { useIntentKey } from '../intent-key.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { bodyOf, contentOf, draftOfNumber, draftOfRecord, EMPTY } from './draft.ts';
import { FormStep } from './form-step.tsx';
import { HandOverStep } from './hand-over-step.tsx';
import { HeldStep } from './held-step.tsx';
import { LookUpStep } from './look-up-step.tsx';
import { MakeStep } from './make-step.tsx';
import { PhotoStep } from './photo-step.tsx';
import { PrintStep } from './print-step.tsx';
import { ReviewStep } from './review-step.tsx';
import { NOBODY, STEPS, type Step, useVisit } from './visit.ts';
import './counter.css';

/** Where a visit goes on, by the state of the resident's card. */
const STEP_OF: Readonly<Partial<Record<CardResponse['state'], Step>>> = {
  ordered: 'make',
  personalizing: 'make',
  failed: 'make',
  personalized: 'print',
  'in-delivery': 'hand-over',
};
/** Nothing more comes of such a card. */
const GONE: readonly CardResponse['state'][] = ['spoiled'];
const ENROL = 'card-issue';
const CORRECT = 'correction';

export function CounterPage({ me, rest }: PageProps): ReactNode {
  const [visit, change] = useVisit(me.id);
  const form = useLoad('form', (signal) => call<EnrolmentFormResponse>('GET', '/v1/enrolment-form', { signal }));
  const counties = useLoad('counties', (signal) => call<CountiesResponse>('GET', '/v1/counties', { signal }));
  const key = useIntentKey();
  const leave = () => {
    change(NOBODY);
    key.renew();
    goTo('counter');
  };
  const open = useDo(async (residentId: string) => {
    const { id, version, mergedInto, resident } = await recordOf(residentId);
    const { cards } = await call<CardsResponse>('GET', '/v1/cards', { query: { residentId: mergedInto ?? id } });
    const newest = cards.find(({ state }) => !GONE.includes(state));
    const card = newest === undefined ? null : await call<CardResponse>('GET', `/v1/cards/${newest.id}`);
    if (form.value === null) return;
    const draft = draftOfRecord(resident, form.value);
    const step = card === null ? 'form' : (STEP_OF[card.state] ?? 'look-up');
    change({ step, draft, card, record: { id, version, content: contentOf(draft) } });
    goTo(`counter/${id}`);
  });
  const { run } = open;
  const ready = form.value !== null && counties.value !== null;
  const shown = visit.record?.id ?? '';
  // An address with a resident in it, for example after the page was loaded anew.
  useEffect(() => {
    if (ready && rest !== '' && rest !== shown) void run(rest);
  }, [ready, rest, shown, run]);
  const save = useDo(async (photo: string | undefined) => {
    const { photo: _, ...fields } = visit.draft ?? EMPTY;
    const draft = photo === undefined ? fields : { ...fields, photo };
    const body = bodyOf(draft);
    const content = contentOf(draft);
    const options = { idempotencyKey: key.current };
    if (visit.record === null) {
      const body_ = { ...body, purpose: ENROL };
      const { id } = await call<{ id: string }>('POST', '/v1/residents', { ...options, body: body_ });
      change({ step: 'review', draft, record: { id, version: 1, content } });
      goTo(`counter/${id}`);
    } else if (visit.record.content === content) change({ step: 'review', draft });
    else {
      const { id, version } = visit.record;
      const stored = { ...body, version, purpose: CORRECT };
      const answer = await call<{ version: number }>('PUT', `/v1/residents/${id}`, { ...options, body: stored });
      change({ step: 'review', draft, record: { id, version: answer.version, content } });
    }
    key.renew();
  });
  if (form.value === null || counties.value === null) {
    const fault = form.fault ?? counties.fault;
    return fault === null ? <Skeleton active /> : <FaultNotice fault={fault} onRetry={form.reload} />;
  }
  const { step, draft, record, card } = visit;
  const tables = { form: form.value, counties: counties.value.counties };
  const held = card !== null && STEP_OF[card.state] === undefined && step === 'look-up';
  const onCard = (next: CardResponse) => change({ card: next });
  const go = (next: Step) => () => change({ step: next });
  return (
    <div className="counter">
      <Steps
        className="counter-steps no-print"
        size="small"
        current={STEPS.findIndex((each) => each.step === step)}
        items={STEPS.map(({ zh, en }) => ({ title: zh, content: en }))}
      />
      <FaultNotice fault={open.fault} onClose={open.clear} />
      {held ? (
        <HeldStep card={card} onCorrect={go('form')} onBack={leave} />
      ) : step === 'look-up' || draft === null ? (
        <LookUpStep
          onOpen={(id) => void open.run(id)}
          onNew={({ documentNumber, name }) =>
            change({ step: 'form', draft: { ...draftOfNumber(documentNumber, tables.counties), name } })
          }
        />
      ) : step === 'form' ? (
        <FormStep
          draft={draft}
          residentId={record?.id ?? null}
          {...tables}
          onChange={(next) => change({ draft: next })}
          onOpen={(id) => void open.run(id)}
          onNext={go('photo')}
          onBack={leave}
        />
      ) : step === 'photo' ? (
        <PhotoStep photo={draft.photo} maxBytes={tables.form.photoMaxBytes} saving={save} onBack={go('form')} />
      ) : step === 'review' && record !== null ? (
        <ReviewStep
          residentId={record.id}
          draft={draft}
          {...tables}
          hasCard={card !== null}
          onDone={leave}
          onOrdered={(ordered) => change({ step: 'make', card: ordered })}
          onBack={go('form')}
        />
      ) : card === null ? null : step === 'make' ? (
        <MakeStep card={card} onCard={onCard} onNext={go('print')} onBack={leave} />
      ) : step === 'print' ? (
        <PrintStep card={card} onNext={go('hand-over')} />
      ) : (
        <HandOverStep me={me} card={card} onCard={onCard} onDone={leave} onBack={go('print')} />
      )}
    </div>
  );
}

/** The record itself, or the one that it was merged into. */
async function recordOf(residentId: string): Promise<ResidentResponse> {
  const found = await call<ResidentResponse>('GET', `/v1/residents/${residentId}`);
  return found.mergedInto === null ? found : call<ResidentResponse>('GET', `/v1/residents/${found.mergedInto}`);
}
