/** One record: what it says, its cards, its history, likely doubles, and what the person may ask for. */
import { Both, call, FaultNotice, goTo, Section, StatusTag, useDo, useLoad, useNotices } from '@rhc/console-shell';
import { Alert, Button, Popconfirm, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import type {
  CardsResponse,
  CountiesResponse,
  EnrolmentFormResponse,
  ResidentResponse,
} from '../../src/contract/index.ts';
import { draftOfRecord } from '../counter/draft.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import { CardStateTag } from '../words.tsx';
import { CandidatesSection } from './candidates-section.tsx';
import { HistorySection } from './history-section.tsx';
import { RecordSummary } from './record-summary.tsx';
import { RightsSection } from './rights-section.tsx';

export function ResidentDetail({ id, me }: { id: string; me: PageProps['me'] }): ReactNode {
  const path = `/v1/residents/${encodeURIComponent(id)}`;
  const record = useLoad(path, (signal) => call<ResidentResponse>('GET', path, { signal }));
  const form = useLoad('form', (signal) => call<EnrolmentFormResponse>('GET', '/v1/enrolment-form', { signal }));
  const counties = useLoad('counties', (signal) => call<CountiesResponse>('GET', '/v1/counties', { signal }));
  const cards = useLoad(`cards ${id}`, (signal) =>
    call<CardsResponse>('GET', '/v1/cards', { signal, query: { residentId: id } }),
  );
  const { value } = record;
  const fault = record.fault ?? form.fault ?? counties.fault ?? cards.fault;
  if (value === null || form.value === null || counties.value === null) {
    return fault === null ? <Skeleton active /> : <FaultNotice fault={fault} onRetry={record.reload} />;
  }
  const draft = draftOfRecord(value.resident, form.value);
  return (
    <div className="stack">
      <div className="tools">
        <Button size="small" onClick={() => goTo('residents')}>
          ← <Both zh="全部居民" en="All residents" />
        </Button>
        <code>{id}</code>
        <span className="quiet">第 {value.version} 版 version</span>
        {hasRole(me, 'clerk', 'manager') && value.state === 'live' && (
          <Button size="small" type="primary" onClick={() => goTo(`counter/${id}`)}>
            <Both zh="到柜台更正或制卡" en="Correct it, or make the card" />
          </Button>
        )}
      </div>
      <FaultNotice fault={fault} onRetry={record.reload} />
      {value.mergedInto !== null && (
        <Merged id={id} into={value.mergedInto} mayUndo={hasRole(me, 'reviewer', 'manager')} onChange={record.reload} />
      )}
      <Section title={{ zh: '登记内容', en: 'Record' }}>
        <div className="record">
          {draft.photo !== undefined && <img alt="持卡人 holder" src={`data:image/jpeg;base64,${draft.photo}`} />}
          <RecordSummary draft={draft} form={form.value} counties={counties.value.counties} />
        </div>
      </Section>
      <Section title={{ zh: '卡', en: 'Cards' }}>
        {cards.value?.cards.length === 0 && <Both zh="还没有卡。" en="No card yet." />}
        <ul className="reader-list">
          {(cards.value?.cards ?? []).map(({ id: cardId, issueSerial, state, expiryDate }) => (
            <li key={cardId}>
              <button type="button" className="link-button" onClick={() => goTo(`cards/${cardId}`)}>
                <code>{issueSerial}</code>
              </button>{' '}
              <CardStateTag state={state} />{' '}
              {expiryDate !== null && <span className="quiet">有效期至 until {expiryDate}</span>}
            </li>
          ))}
        </ul>
      </Section>
      <CandidatesSection mayDecide={hasRole(me, 'reviewer', 'manager')} residentId={id} onChange={record.reload} />
      <HistorySection id={id} version={value.version} />
      <RightsSection id={id} me={me} onErased={() => goTo('residents')} />
    </div>
  );
}

function Merged({
  id,
  into,
  mayUndo,
  onChange,
}: {
  id: string;
  into: string;
  mayUndo: boolean;
  onChange: () => void;
}): ReactNode {
  const notices = useNotices();
  const undo = useDo(async () => {
    await call('POST', `/v1/residents/${id}/unmerge`, { body: { purpose: 'merge-undone' } });
    notices.done({ zh: '已恢复为两条记录。', en: 'They are two records again.' });
    onChange();
  });
  return (
    <>
      <FaultNotice fault={undo.fault} onClose={undo.clear} />
      <Alert
        type="warning"
        showIcon
        title={
          <>
            <StatusTag state="warn">已合并 merged</StatusTag>{' '}
            <Both zh="本记录只供查阅,请用合并后的记录。" en="Kept for the files; use the other record." />
          </>
        }
        description={
          <div className="tools">
            <Button size="small" type="primary" onClick={() => goTo(`residents/${into}`)}>
              <Both zh="打开合并后的记录" en="Open the record that is kept" />
            </Button>
            {mayUndo && (
              <Popconfirm
                title={<Both zh="撤销合并?两条记录各自恢复。" en="Undo the merge? Both records come back." />}
                okText="撤销 Undo"
                cancelText="取消 Cancel"
                onConfirm={() => void undo.run()}
              >
                <Button size="small" loading={undo.busy}>
                  <Both zh="撤销合并" en="Undo the merge" />
                </Button>
              </Popconfirm>
            )}
          </div>
        }
      />
    </>
  );
}
