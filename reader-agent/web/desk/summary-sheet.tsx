/**
 * The printable summary: only there while it is printed, because it shows everything in full. The psychiatric flag is not
 * read here, so it is not on paper either.
 */
import type { Reading } from './agent-streams.ts';
import { ElementList } from './element-list.tsx';
import { shownValue } from './mask.ts';

const day = (ms: number) => new Date(ms).toLocaleString('zh-CN', { timeZone: 'Asia/Shanghai', hour12: false });

export function SummarySheet({ reading, printedAt }: { reading: Reading; printedAt: number }) {
  const { identity, alerts = [], allergies = [], immunizations = [], visits = [], contacts = [], photo } = reading;
  const held = alerts.filter(({ value }) => value !== null && value !== false && value !== '');
  return (
    <article className="sheet">
      <h1>
        居民健康卡摘要 <small lang="en">Resident health card summary</small>
      </h1>
      <p className="sheet-when">
        打印时间 printed {day(printedAt)} · 卡 card {reading.cardFactor} · {reading.genuine ? '真卡 genuine' : '—'}
      </p>
      <div className="sheet-who">
        {typeof photo === 'string' && <img alt="" src={`data:image/jpeg;base64,${photo}`} />}
        <ElementList id="sheet-identity" elements={identity} shown className="elements sheet-columns" />
      </div>
      <h2>医学警示 Medical alerts</h2>
      <p className="sheet-alerts">
        {allergies.map(({ substance, reaction }) => (
          <b key={substance}>
            过敏 ALLERGY：{substance} {reaction}
          </b>
        ))}
        {held.map((each) => (
          <b key={each.id}>
            {each.label.zh} {each.value === true ? '' : shownValue(each, true)}
          </b>
        ))}
        {allergies.length + held.length === 0 && '卡上无 none on the card'}
      </p>
      <h2>就诊记录 Visits</h2>
      <ul>
        {visits.map(({ date, kind, file, visit }) => (
          <li key={file}>
            {(date ?? '').replace('T', ' ').slice(0, 16)} {kind === 'inpatient' ? '住院' : '门诊'}{' '}
            {String(visit.institutionName ?? '')}{' '}
            {((visit.diagnoses ?? []) as { name?: string }[]).flatMap(({ name }) => name ?? []).join('、')}
          </li>
        ))}
      </ul>
      <h2>免疫接种 Immunizations</h2>
      <ul>
        {immunizations.map(({ date, name }) => (
          <li key={`${date} ${name}`}>
            {date} {name}
          </li>
        ))}
      </ul>
      <h2>联系与证件 Contacts and documents</h2>
      <ElementList id="sheet-contacts" elements={contacts} shown className="elements sheet-columns" />
      <p className="sheet-end">
        本摘要含个人健康信息，用毕请妥善销毁。 <small lang="en">Personal health data: destroy after use.</small>
      </p>
    </article>
  );
}
