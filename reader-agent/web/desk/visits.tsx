/** Visits as a timeline, newest first, each with what became of its signature. */
import { Tag, Timeline } from 'antd';
import type { VisitView } from '../../src/contract/index.ts';
import type { Reading } from './agent-streams.ts';

type State = VisitView['signature']['state'];
const SIGNATURES: Readonly<Record<State, readonly [string, string]>> = {
  valid: ['success', '签名有效 signature valid'],
  invalid: ['error', '签名无效 SIGNATURE INVALID'],
  unsigned: ['default', '未签名 unsigned'],
  'not-checked': ['default', '签名未核验 signature not checked'],
};

interface VisitFields {
  readonly institutionName?: string;
  readonly department?: string;
  readonly admissionDepartment?: string;
  readonly diagnoses?: readonly { readonly name?: string }[];
}

function Visit({ kind, date, visit, signature }: VisitView) {
  const { institutionName, department, admissionDepartment, diagnoses = [] } = visit as VisitFields;
  const [color, words] = SIGNATURES[signature.state];
  return (
    <div className="visit">
      <time>{(date ?? '').replace('T', ' ').slice(0, 16)}</time>
      <strong>{kind === 'inpatient' ? '住院' : '门诊'}</strong>
      <span className="visit-diagnoses">{diagnoses.flatMap(({ name }) => name ?? []).join('、')}</span>
      <br />
      <span className="visit-place">
        {[institutionName, department ?? admissionDepartment].filter(Boolean).join(' · ')}
      </span>
      <Tag color={color} title={signature.problems.map(({ text }) => text.zh).join('；')}>
        {words}
      </Tag>
    </div>
  );
}

export function Visits({ reading: { visits, immunizations } }: { reading: Reading }) {
  return (
    <section className="panel visits" aria-label="就诊记录 visits">
      <h3>
        就诊记录 <small lang="en">Visits</small>
      </h3>
      <div id="visits" aria-busy={visits === undefined}>
        {visits?.length === 0 && (
          <p className="none">
            卡上无就诊记录 <small lang="en">none on the card</small>
          </p>
        )}
        <Timeline
          items={(visits ?? []).map((visit) => ({
            key: `${visit.file}`,
            color: visit.signature.state === 'invalid' ? 'red' : visit.kind === 'inpatient' ? 'blue' : 'green',
            content: <Visit {...visit} />,
          }))}
        />
      </div>
      <h3>
        免疫接种 <small lang="en">Immunizations</small>
      </h3>
      <ul id="immunizations" className="shots">
        {(immunizations ?? []).map(({ date, name }) => (
          <li key={`${date} ${name}`}>
            <time>{date}</time> {name}
          </li>
        ))}
        {immunizations?.length === 0 && <li className="none">无 none</li>}
      </ul>
    </section>
  );
}
