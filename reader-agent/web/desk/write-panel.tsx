/** Writing: a few elements that a desk corrects, and the record of a visit. Emptied whenever the card changes. */
import { Button, Input, Segmented, Select } from 'antd';
import { type FormEvent, useEffect, useState } from 'react';
import type { Reading } from './agent-streams.ts';
import type { DeskState, DeskStore } from './desk-store.ts';
import { Outcome } from './outcome.tsx';
import { barOf } from './reading-words.ts';
import {
  ALLERGY_PLACES,
  EMPTY_PATCH,
  EMPTY_VISIT,
  flagsOf,
  type PatchForm,
  patchOf,
  type VisitForm,
  visitOf,
} from './write-wish.ts';

const INSTITUTION = 'rhc-institution';
const DEPARTMENT = 'rhc-department';

interface FormProps {
  readonly store: DeskStore;
  readonly reading: Reading;
  readonly ready: boolean;
}

function Field(props: {
  id: string;
  zh: string;
  en: string;
  value: string;
  onChange: (value: string) => void;
  max: number;
  hint?: string;
}) {
  return (
    <label htmlFor={props.id}>
      <span>
        {props.zh} <small lang="en">{props.en}</small>
      </span>
      <Input
        id={props.id}
        value={props.value}
        maxLength={props.max}
        placeholder={props.hint ?? ''}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </label>
  );
}

function PatchFields({ store, reading, ready }: FormProps) {
  const [form, setForm] = useState<PatchForm>(EMPTY_PATCH);
  const change = (part: Partial<PatchForm>) => {
    const next = { ...form, ...part };
    setForm(next);
    store.formTouched(patchOf(next, reading) !== null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wish = patchOf(form, reading);
    if (wish === null) document.getElementById('phone')?.focus();
    else void store.write('patch', wish);
  };
  const flags = flagsOf(reading);
  return (
    <form id="write" autoComplete="off" onSubmit={submit}>
      <Field
        id="phone"
        zh="本人电话"
        en="Phone"
        max={20}
        value={form.phone}
        onChange={(phone) => change({ phone })}
        hint="不改则留空 leave empty to keep"
      />
      <Field
        id="substance"
        zh="新增过敏物质"
        en="New allergy"
        max={20}
        value={form.substance}
        onChange={(substance) => change({ substance })}
        hint="例：磺胺 e.g. sulfonamide"
      />
      <Field
        id="reaction"
        zh="过敏反应"
        en="Reaction"
        max={100}
        value={form.reaction}
        onChange={(reaction) => change({ reaction })}
      />
      {(reading.allergies?.length ?? 0) >= ALLERGY_PLACES && (
        <p id="displaced" className="warn">
          卡上已满 {ALLERGY_PLACES} 条过敏，最早一条将被挤出。<small lang="en">The oldest of three gives way.</small>
        </p>
      )}
      <label htmlFor="flags">
        <span>
          医学警示 <small lang="en">Medical alerts</small>
        </span>
        <Select
          id="flags"
          mode="multiple"
          maxTagCount="responsive"
          value={[...(form.flags ?? flags.filter(({ value }) => value === true).map(({ id }) => id))]}
          onChange={(chosen: string[]) => change({ flags: chosen })}
          options={flags.map(({ id, label }) => ({ value: id, label: `${label.zh} ${label.en}` }))}
        />
      </label>
      <Button id="write-button" type="primary" htmlType="submit" block disabled={!ready}>
        写入卡片 <small lang="en">Write (Enter)</small>
      </Button>
    </form>
  );
}

function VisitFields({ store, ready }: FormProps) {
  const [form, setForm] = useState<VisitForm>({
    ...EMPTY_VISIT,
    institution: localStorage.getItem(INSTITUTION) ?? '',
    department: localStorage.getItem(DEPARTMENT) ?? '',
  });
  const change = (part: Partial<VisitForm>) => {
    const next = { ...form, ...part };
    setForm(next);
    store.formTouched(next.diagnosis.trim() !== '');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wish = visitOf(form, Date.now());
    if (wish === null)
      return document.getElementById(form.institution.trim() === '' ? 'institution' : 'diagnosis')?.focus();
    // The desk's own names, nothing of the patient.
    localStorage.setItem(INSTITUTION, form.institution.trim());
    localStorage.setItem(DEPARTMENT, form.department.trim());
    void store.write('visit', wish);
  };
  return (
    <form id="write-visit" autoComplete="off" onSubmit={submit}>
      <Segmented
        block
        value={form.kind}
        onChange={(kind) => change({ kind: kind as VisitForm['kind'] })}
        options={[
          { value: 'outpatient', label: '门诊 outpatient' },
          { value: 'inpatient', label: '住院 inpatient' },
        ]}
      />
      <Field
        id="institution"
        zh="机构"
        en="Institution"
        max={35}
        value={form.institution}
        onChange={(institution) => change({ institution })}
      />
      <Field
        id="department"
        zh="科室"
        en="Department"
        max={25}
        value={form.department}
        onChange={(department) => change({ department })}
      />
      <Field
        id="diagnosis"
        zh="诊断"
        en="Diagnosis"
        max={25}
        value={form.diagnosis}
        onChange={(diagnosis) => change({ diagnosis })}
      />
      <Field
        id="diagnosis-code"
        zh="诊断代码"
        en="ICD-10"
        max={10}
        value={form.code}
        onChange={(code) => change({ code })}
      />
      <Button id="visit-button" type="primary" htmlType="submit" block disabled={!ready}>
        写入就诊记录 <small lang="en">Write the visit</small>
      </Button>
    </form>
  );
}

export function WritePanel({ store, state, reading }: { store: DeskStore; state: DeskState; reading: Reading }) {
  const [form, setForm] = useState<'patch' | 'visit'>('patch');
  const ready = state.complete && state.busy === null && barOf(reading) === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another form, another card: nothing is touched yet
  useEffect(() => store.formTouched(false), [store, form, state.formRound]);
  const Fields = form === 'patch' ? PatchFields : VisitFields;
  return (
    <section className="panel write" aria-label="写卡 write">
      <Segmented
        block
        id="write-kind"
        value={form}
        onChange={(chosen) => setForm(chosen as typeof form)}
        options={[
          { value: 'patch', label: '更正 (W)' },
          { value: 'visit', label: '就诊 (V)' },
        ]}
      />
      <Fields key={`${form} ${state.formRound}`} store={store} reading={reading} ready={ready} />
      <Outcome answer={state.outcome} refusal={state.refusal} />
    </section>
  );
}
