/** Imports, newest first, with how far each is. */
import { Both, both, EmptyHint, type Fault, FaultNotice, goTo, Section, StatusTag, When } from '@rhc/console-shell';
import { Progress, Table } from 'antd';
import type { ReactNode } from 'react';
import { IMPORT_STATES, type Import, leftText, type Mapping, runs } from './import-words.ts';

interface Props {
  readonly imports: readonly Import[] | null;
  readonly fault: Fault | null;
  readonly mappings: readonly Mapping[];
}

const counted = (value: number) => value.toLocaleString('zh-CN');

export function ImportsSection({ imports, fault, mappings }: Props): ReactNode {
  const sourceText = (source: string) => mappings.find((each) => each.source === source)?.text.zh ?? source;
  return (
    <Section title={{ zh: '导入记录', en: 'Imports' }}>
      <FaultNotice fault={fault} />
      <Table
        size="small"
        rowKey="id"
        loading={imports === null && fault === null}
        dataSource={[...(imports ?? [])]}
        pagination={{ pageSize: 8, hideOnSinglePage: true, showSizeChanger: false }}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '还没有导入过名册。', en: 'No roster has been imported.' }}
              next={{ zh: '在上面选择文件,先试运行。', en: 'Choose a file above and rehearse first.' }}
            />
          ),
        }}
        columns={[
          {
            title: both('文件', 'File'),
            render: (_, { id, fileName, source, dryRun }) => (
              <>
                <button type="button" className="link-button" onClick={() => goTo(`imports/${id}`)}>
                  {fileName}
                </button>{' '}
                <small className="quiet">{sourceText(source)}</small>{' '}
                {dryRun && <StatusTag state="idle">试运行 rehearsal</StatusTag>}
              </>
            ),
          },
          {
            title: both('状态', 'State'),
            render: (_, { state }) => (
              <StatusTag state={IMPORT_STATES[state].light}>
                {IMPORT_STATES[state].zh} {IMPORT_STATES[state].en}
              </StatusTag>
            ),
          },
          {
            title: both('进度', 'Progress'),
            width: 210,
            render: (_, { share, state, fileName }) => (
              <Progress
                percent={Math.floor(share * 100)}
                size="small"
                status={state === 'failed' ? 'exception' : state === 'running' ? 'active' : 'normal'}
                aria-label={`${fileName} ${Math.floor(share * 100)}%`}
              />
            ),
          },
          { title: both('收入', 'Taken'), align: 'right', render: (_, { taken }) => counted(taken) },
          { title: both('已有', 'Known'), align: 'right', render: (_, { known }) => counted(known) },
          { title: both('拒绝', 'Refused'), align: 'right', render: (_, { refused }) => counted(refused) },
          { title: both('速度', 'Rate'), render: (_, each) => (runs(each) ? leftText(each) : '—') },
          {
            title: both('时间', 'When'),
            render: (_, { createdAt, actor }) => (
              <>
                <When at={createdAt} /> <small className="quiet">{actor}</small>
              </>
            ),
          },
        ]}
      />
      <p className="quiet">
        <Both
          zh="中断或暂停的导入可以继续;同一文件再导一次不会重复登记。"
          en="What was paused or broke off goes on; the same file again enrols nobody twice."
        />
      </p>
    </Section>
  );
}
