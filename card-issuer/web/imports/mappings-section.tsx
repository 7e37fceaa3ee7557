/** Which column of a source's file is which field. */
import { Both, both, EmptyHint, type Fault, FaultNotice, Section, StatusTag } from '@rhc/console-shell';
import { Button, Skeleton, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import { fieldText, type Mapping, missingFields } from './import-words.ts';
import { MappingEditor } from './mapping-editor.tsx';

interface Props {
  readonly mappings: readonly Mapping[] | null;
  readonly fault: Fault | null;
  readonly mayEdit: boolean;
  readonly onChange: () => void;
}

const EMPTY: Mapping = { source: '', text: { zh: '', en: '' }, columns: {}, constants: {}, derive: [] };

export function MappingsSection({ mappings, fault, mayEdit, onChange }: Props): ReactNode {
  const [edited, setEdited] = useState<Mapping | null>(null);
  if (mappings === null) return fault === null ? <Skeleton active /> : <FaultNotice fault={fault} onRetry={onChange} />;
  if (edited !== null) {
    return (
      <MappingEditor
        mapping={edited}
        taken={edited.source === '' ? mappings.map(({ source }) => source) : []}
        onClose={() => setEdited(null)}
        onSaved={() => {
          setEdited(null);
          onChange();
        }}
      />
    );
  }
  return (
    <Section
      title={{ zh: '各来源的列映射', en: 'Mappings of sources' }}
      tools={
        mayEdit && (
          <Button size="small" type="primary" onClick={() => setEdited(EMPTY)}>
            <Both zh="新来源" en="New source" />
          </Button>
        )
      }
    >
      <Table
        size="small"
        rowKey="source"
        dataSource={[...mappings]}
        pagination={false}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '没有列映射。', en: 'There is no mapping.' }}
              next={{ zh: '主管新建一个来源。', en: 'A manager makes a source.' }}
            />
          ),
        }}
        expandable={{ expandedRowRender: (mapping) => <Columns mapping={mapping} /> }}
        columns={[
          { title: both('来源', 'Source'), render: (_, { text }) => <Both {...text} /> },
          { title: both('代号', 'Code'), dataIndex: 'source', render: (source: string) => <code>{source}</code> },
          { title: both('列', 'Columns'), align: 'right', render: (_, { columns }) => Object.keys(columns).length },
          {
            title: both('完整', 'Complete'),
            render: (_, mapping) =>
              missingFields(mapping).length === 0 ? (
                <StatusTag state="good">完整 complete</StatusTag>
              ) : (
                <StatusTag state="bad">缺 missing {missingFields(mapping).map(fieldText).join('、')}</StatusTag>
              ),
          },
          {
            title: '',
            render: (_, mapping) =>
              mayEdit && (
                <Button size="small" onClick={() => setEdited(mapping)}>
                  <Both zh="修改" en="Change" />
                </Button>
              ),
          },
        ]}
      />
    </Section>
  );
}

function Columns({ mapping }: { mapping: Mapping }): ReactNode {
  return (
    <ul className="mapping-columns">
      {Object.entries(mapping.columns).map(([column, field]) => (
        <li key={column}>
          {column} → {field === null ? <span className="quiet">不取 not taken</span> : fieldText(field)}
        </li>
      ))}
      {Object.entries(mapping.constants).map(([field, value]) => (
        <li key={field}>
          “{value}” → {fieldText(field)}
        </li>
      ))}
      {mapping.derive.length > 0 && <li>由证件号码或村代码推出 derived: {mapping.derive.map(fieldText).join('、')}</li>}
    </ul>
  );
}
