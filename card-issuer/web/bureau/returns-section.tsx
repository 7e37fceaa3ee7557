/** The bureau's return files: taken here, and each one's report line by line with what is wrong and what to do. */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  Section,
  StatusTag,
  useDo,
  useLoad,
  useNotices,
  When,
} from '@rhc/console-shell';
import { Alert, Button, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { BureauReportResponse } from '../../src/contract/index.ts';
import { base64Of } from '../file-base64.ts';
import { FileChoice } from '../file-choice.tsx';
import { counted, LINE_RESULTS, LINE_STATES, type OrderInFull, type Report } from './bureau-words.ts';

export function ReturnsSection({
  order,
  mayTake,
  onChange,
}: {
  order: OrderInFull;
  mayTake: boolean;
  onChange: () => void;
}): ReactNode {
  const [file, setFile] = useState<File | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const notices = useNotices();
  // The service knows a file by its digest: the same one again changes nothing, so no key is needed.
  const take = useDo(async () => {
    if (file === null) return;
    const body = { file: await base64Of(file) };
    const report = await call<BureauReportResponse>('POST', `/v1/bureau/orders/${order.id}/returns`, { body });
    setFile(null);
    setShown(report.id);
    notices.done({ zh: `已对账 ${report.report.length} 行。`, en: `${report.report.length} lines reconciled.` });
    onChange();
  });
  const report = shown ?? order.returns.at(-1)?.id ?? null;
  return (
    <>
      <Section title={{ zh: '回盘文件', en: 'Return files' }}>
        <FaultNotice fault={take.fault} onClose={take.clear} />
        {mayTake && (
          <>
            <FileChoice
              accept=".p7m,.p7s,.cms"
              file={file}
              hint={{ zh: '制卡中心签名的回盘文件(CMS)', en: 'the return file (CMS), signed by the bureau' }}
              onChoose={setFile}
            />
            <Button
              className="below"
              type="primary"
              loading={take.busy}
              disabled={file === null}
              onClick={() => void take.run()}
            >
              <Both zh="验签并逐行对账" en="Verify and reconcile" />
            </Button>
          </>
        )}
        <Table
          className="below"
          size="small"
          rowKey="id"
          dataSource={[...order.returns]}
          pagination={false}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '还没有回盘文件。', en: 'No return file has come yet.' }}
                next={{ zh: '收到制卡中心的文件后在此导入。', en: "Take the bureau's file here once it comes." }}
              />
            ),
          }}
          columns={[
            {
              title: both('序号', 'No.'),
              render: (_, { id, sequence }) => (
                <button type="button" className="link-button" onClick={() => setShown(id)}>
                  {sequence} <Both zh="报告" en="report" />
                </button>
              ),
            },
            {
              title: both('最后一份', 'Last one'),
              render: (_, { final }) => (final ? both('是', 'yes') : both('否', 'no')),
            },
            { title: both('行数', 'Lines'), align: 'right', dataIndex: 'lines' },
            {
              title: both('状态', 'State'),
              render: (_, { state }) =>
                state === 'taken' ? (
                  <StatusTag state="good">已对账 taken</StatusTag>
                ) : (
                  <StatusTag state="busy">对账中断,将自动继续 goes on by itself</StatusTag>
                ),
            },
            {
              title: both('导入', 'Taken by'),
              render: (_, { takenBy, takenAt }) => (
                <>
                  {takenBy} <When at={takenAt} />
                </>
              ),
            },
          ]}
        />
      </Section>
      {report !== null && <ReportOf id={report} />}
    </>
  );
}

function ReportOf({ id }: { id: string }): ReactNode {
  const path = `/v1/bureau/returns/${id}`;
  const report = useLoad(path, (signal) => call<Report>('GET', path, { signal }));
  const value = report.value;
  const of = (result: Report['report'][number]['result']) =>
    value?.report.filter((line) => line.result === result).length ?? 0;
  return (
    <Section
      title={{ zh: `逐行对账 · 第 ${value?.sequence ?? ''} 份`, en: 'Reconciliation by line' }}
      className="section-long"
    >
      <FaultNotice fault={report.fault} onRetry={report.reload} />
      {value !== null && (
        <Alert
          type={of('refused') + value.missing.length === 0 ? 'success' : 'warning'}
          showIcon
          title={
            <Both
              zh={`收下 ${of('accepted')},已有 ${of('known')},拒绝 ${of('refused')},缺失 ${counted(value.missing.length)}`}
              en={`${of('accepted')} accepted, ${of('refused')} refused, ${value.missing.length} missing`}
            />
          }
          {...(value.missing.length === 0
            ? {}
            : {
                description: (
                  <>
                    <Both zh="缺失的卡序列号" en="serials missing" />: <code>{value.missing.join(' ')}</code>
                  </>
                ),
              })}
        />
      )}
      <Table
        className="below"
        size="small"
        rowKey="line"
        loading={report.loading && value === null}
        dataSource={[...(value?.report ?? [])]}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        columns={[
          { title: both('行', 'Line'), dataIndex: 'line', width: 70 },
          {
            title: both('卡序列号', 'Card serial'),
            render: (_, { issueSerial }) => (issueSerial === null ? '—' : <code>{issueSerial}</code>),
          },
          {
            title: both('制卡结果', 'Outcome'),
            render: (_, { outcome }) => (outcome === null ? '—' : <Both {...LINE_STATES[outcome]} />),
          },
          {
            title: both('对账', 'Result'),
            render: (_, { result }) => (
              <StatusTag state={LINE_RESULTS[result].light}>
                {LINE_RESULTS[result].zh} {LINE_RESULTS[result].en}
              </StatusTag>
            ),
          },
          {
            title: both('原因与处理', 'Why, and what to do'),
            render: (_, { fault }) =>
              fault === null ? (
                '—'
              ) : (
                <>
                  <code>{fault.field}</code> <Both {...fault.rule} />
                  <span className="own-line quiet">
                    → <Both {...fault.nextStep} />
                  </span>
                </>
              ),
          },
        ]}
      />
    </Section>
  );
}
