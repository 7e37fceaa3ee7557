/**
 * Enrol, or correct what is enrolled. Enter goes to the next field that is empty and from the last one on; everything is
 * checked by the service before the next step, with the records that may be the same person and why. Nothing is merged here.
 */
import { Both, call, FaultNotice, type FieldFault, Remedy, useDo } from '@rhc/console-shell';
import { Alert } from 'antd';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import type { EnrolmentCheckResponse, EnrolmentFormResponse } from '../../src/contract/index.ts';
import { useDigitChoice } from './digit-choice.ts';
import { bodyOf, type County, type Draft } from './draft.ts';
import { type FieldRow, FormField, MAIN_FIELDS, MORE_FIELDS } from './form-fields.tsx';
import { StepFrame, useFocusOn } from './step-frame.tsx';

interface Props {
  readonly draft: Draft;
  readonly residentId: string | null;
  readonly form: EnrolmentFormResponse;
  readonly counties: readonly County[];
  onChange(draft: Draft): void;
  onOpen(residentId: string): void;
  onNext(): void;
  onBack(): void;
}

const isEmpty = ({ field }: FieldRow, draft: Draft): boolean => {
  const value = draft[field];
  return value === undefined || value.length === 0;
};
const asked = ({ with: other }: FieldRow, draft: Draft): boolean => other === undefined || (draft[other] ?? '') !== '';

function focusField(field: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-field="${field}"] input`)?.focus());
}

export function FormStep({ draft, residentId, form, counties, onChange, onOpen, onNext, onBack }: Props): ReactNode {
  const [faults, setFaults] = useState<EnrolmentCheckResponse['faults']>([]);
  const [candidates, setCandidates] = useState<EnrolmentCheckResponse['candidates'] | null>(null);
  const latest = useRef(draft);
  latest.current = draft;
  const first = MAIN_FIELDS.find((row) => isEmpty(row, draft)) ?? MAIN_FIELDS[2];
  const [opened] = useState(first?.field ?? 'name');
  useFocusOn(`[data-field="${opened}"] input`, opened);
  const [more, setMore] = useState(false);
  const openMore = () => {
    setMore(true);
    focusField(MORE_FIELDS[0]?.field ?? '');
  };
  /** Since the check under way was sent. */
  const pressed = useRef(false);
  const check = useDo(async () => {
    let sent: Draft;
    let answer: EnrolmentCheckResponse;
    do {
      pressed.current = false;
      sent = latest.current;
      const body = { ...bodyOf(sent), ...(residentId === null ? {} : { residentId }) };
      answer = await call<EnrolmentCheckResponse>('POST', '/v1/enrolment-checks', { body });
      // Corrected and pressed again before the answer came: the answer is about what stood there before.
    } while (pressed.current && latest.current !== sent);
    setFaults(answer.faults);
    const [worst] = answer.faults;
    if (worst !== undefined) return focusField(nameOf(worst.field));
    if (answer.known !== null) return onOpen(answer.known);
    if (answer.candidates.length > 0) return setCandidates(answer.candidates);
    onNext();
  });
  const runCheck = () => {
    pressed.current = true;
    void check.run();
  };
  /** The next field that Enter stops at, or on to the check. */
  const goOn = (from: string) => {
    const at = MAIN_FIELDS.findIndex(({ field }) => field === from);
    const next =
      at < 0
        ? MORE_FIELDS[MORE_FIELDS.findIndex(({ field }) => field === from) + 1]
        : MAIN_FIELDS.slice(at + 1).find((row) => isEmpty(row, latest.current) && asked(row, latest.current));
    if (next === undefined) runCheck();
    else focusField(next.field);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || !(event.target instanceof HTMLInputElement)) return;
    if (event.ctrlKey) return runCheck();
    // The list of a choice is open: Enter chooses there.
    if (event.target.getAttribute('aria-expanded') === 'true') return;
    event.preventDefault();
    event.stopPropagation();
    goOn(event.target.closest<HTMLElement>('[data-field]')?.dataset.field ?? '');
  };
  const change = (part: Partial<Draft>) => {
    const moved = part.areaCode !== undefined && !(latest.current.villageCode ?? '').startsWith(part.areaCode);
    latest.current = { ...latest.current, ...part, ...(moved ? { villageCode: '' } : {}) };
    onChange(latest.current);
    const changed = Object.keys(part);
    setFaults((old) => old.filter(({ field }) => !changed.includes(nameOf(field))));
  };
  const faultOf = (field: string): FieldFault | null => {
    const fault = faults.find((each) => nameOf(each.field) === field);
    const line = /\[(\d+)\]/.exec(fault?.field ?? '')?.[1];
    if (fault === undefined || line === undefined) return fault ?? null;
    const number = Number(line) + 1;
    return { ...fault, rule: { zh: `第 ${number} 条:${fault.rule.zh}`, en: `line ${number}: ${fault.rule.en}` } };
  };
  const known = new Set([...MAIN_FIELDS, ...MORE_FIELDS].map(({ field }) => field as string));
  const others = faults.filter(({ field }) => !known.has(nameOf(field)));
  const field = (row: FieldRow) => (
    <FormField
      key={row.field}
      row={row}
      draft={draft}
      form={form}
      counties={counties}
      fault={faultOf(row.field)}
      onChange={change}
      // The address was begun with the village, and is to be ended.
      onChosen={() => (row.field === 'villageCode' ? focusField('householdAddress') : goOn(row.field))}
    />
  );
  if (candidates !== null) {
    return <Candidates candidates={candidates} onOpen={onOpen} onNext={onNext} onBack={() => setCandidates(null)} />;
  }
  return (
    <StepFrame
      task={
        residentId === null
          ? { zh: '按证件登记;回车到下一空项', en: 'Enrol by the document; Enter goes to the next empty field' }
          : { zh: '核对登记内容,需要时更正', en: 'Compare the record, correct it where needed' }
      }
      focusMain={false}
      actions={[
        {
          label: { zh: '下一步:照片', en: 'Next: photo' },
          hotkey: 'Enter',
          run: runCheck,
          busy: check.busy,
        },
        { label: { zh: '医疗信息', en: 'Medical data' }, hotkey: 'F4', run: openMore },
        { label: { zh: '返回查找', en: 'Back' }, hotkey: 'Escape', run: onBack },
      ]}
    >
      <FaultNotice fault={check.fault} onRetry={runCheck} />
      {others.map((fault) => (
        <p key={fault.field} className="counter-fault" role="alert">
          <code>{fault.field}</code> <Both {...fault.rule} /> <Remedy {...fault} />
        </p>
      ))}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Enter in any field of the form goes on */}
      <div className="counter-form" onKeyDown={onKeyDown}>
        {MAIN_FIELDS.map(field)}
        <details
          className="counter-more"
          open={more || MORE_FIELDS.some((row) => !isEmpty(row, draft) || faultOf(row.field))}
          onToggle={({ currentTarget }) => setMore(currentTarget.open)}
        >
          <summary>
            <Both zh="医疗信息(F4)、付费方式、现住址等" en="Medical data (F4), payment, residence and more" />
          </summary>
          <div className="counter-form">{MORE_FIELDS.map(field)}</div>
        </details>
      </div>
      <p className="quiet">
        <kbd>Enter</kbd> 下一空项 next empty field · <kbd>Ctrl</kbd>+<kbd>Enter</kbd> 直接下一步 next step ·{' '}
        <kbd>F4</kbd> 医疗信息 medical data
      </p>
    </StepFrame>
  );
}

/** As many as digits choose from; the likeliest first. */
const MOST_CANDIDATES = 9;

/** `allergies[0]` is a fault of `allergies`. */
const nameOf = (field: string): string => field.replace(/\[.*$/, '');

function Candidates({
  candidates,
  onOpen,
  onNext,
  onBack,
}: {
  candidates: EnrolmentCheckResponse['candidates'];
  onOpen: (residentId: string) => void;
  onNext: () => void;
  onBack: () => void;
}): ReactNode {
  const shown = candidates.toSorted((a, b) => b.score - a.score).slice(0, MOST_CANDIDATES);
  const [likeliest, second] = shown;
  useDigitChoice(second === undefined ? [] : shown.map(({ residentId }) => residentId), onOpen);
  return (
    <StepFrame
      task={{ zh: '可能已经登记过:请与本人核对', en: 'Perhaps enrolled already: ask the person' }}
      actions={[
        { label: { zh: '不是同一人,继续登记', en: 'Another person: go on' }, hotkey: 'Enter', run: onNext },
        {
          label:
            second === undefined
              ? { zh: '是同一人:打开原记录', en: 'The same person: open that record' }
              : { zh: '是第 1 人(其他人按数字)', en: 'The first one; a digit for another' },
          hotkey: 'F2',
          run: () => onOpen(likeliest?.residentId ?? ''),
        },
        { label: { zh: '返回更正', en: 'Back' }, hotkey: 'Escape', run: onBack },
      ]}
    >
      <ul className="counter-candidates">
        {shown.map(({ residentId, name, birthDate, areaCode, score, reasons }, at) => (
          <li key={residentId}>
            {second !== undefined && <kbd>{at + 1}</kbd>} <strong>{name}</strong> {birthDate} <code>{areaCode}</code>{' '}
            <span className="quiet">{residentId}</span>
            <div>
              {reasons.map(({ code, text }) => (
                <span key={code} className="counter-reason">
                  <Both {...text} />
                </span>
              ))}
              <b>{score}</b> <span className="quiet">/ 100</span>
            </div>
          </li>
        ))}
      </ul>
      <Alert
        type="info"
        showIcon
        title={
          <Both
            zh="记录不会自动合并;继续登记后由第二人复核。"
            en="Nothing is merged by itself; a second person reviews what you enrol."
          />
        }
      />
    </StepFrame>
  );
}
