/** A mapping is begun from a file's own header; what is still missing is said while one chooses. */
import { Both, both, call, FaultNotice, Section, StatusTag, useDo, useNotices } from '@rhc/console-shell';
import { Button, Checkbox, Form, Input, Select, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import { FileChoice } from '../file-choice.tsx';
import { csvHeader } from './csv-header.ts';
import { DERIVED, FIELDS, fieldText, type Mapping, missingFields } from './import-words.ts';

const NOT_TAKEN = '';

interface Props {
  readonly mapping: Mapping;
  /** Codes that exist already, when this is a new source. */
  readonly taken: readonly string[];
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

export function MappingEditor({ mapping, taken, onClose, onSaved }: Props): ReactNode {
  const [columns, setColumns] = useState<Mapping['columns']>(mapping.columns);
  const [constants, setConstants] = useState<Mapping['constants']>(mapping.constants);
  const [derive, setDerive] = useState<Mapping['derive']>(mapping.derive);
  const notices = useNotices();
  const isNew = mapping.source === '';
  const read = useDo(async (file: File) => {
    const names = await csvHeader(file);
    // What is chosen already stays; a column that is called like a field is that field.
    const guess = (name: string) => Object.keys(FIELDS).find((field) => FIELDS[field] === name) ?? null;
    setColumns((old) => ({ ...Object.fromEntries(names.map((name) => [name, guess(name)])), ...old }));
  });
  const save = useDo(async ({ source, zh, en }: { source: string; zh: string; en: string }) => {
    const body = { text: { zh: zh.trim(), en: en.trim() }, columns, constants, derive };
    await call('PUT', `/v1/roster-mappings/${source}`, { body });
    notices.done({ zh: '已保存列映射。', en: 'Saved.' });
    onSaved();
  });
  const missing = missingFields({ columns, constants, derive });
  const options = Object.keys(FIELDS).map((field) => ({ value: field, label: fieldText(field) }));
  return (
    <Section
      title={isNew ? { zh: '新来源', en: 'New source' } : { zh: `列映射:${mapping.text.zh}`, en: mapping.text.en }}
      className="section-long"
      tools={
        missing.length === 0 ? (
          <StatusTag state="good">完整 complete</StatusTag>
        ) : (
          <StatusTag state="warn">还缺 missing {missing.map((field) => FIELDS[field]).join('、')}</StatusTag>
        )
      }
    >
      <FaultNotice fault={read.fault ?? save.fault} />
      <Form
        layout="vertical"
        className="form-grid"
        initialValues={{ source: mapping.source, zh: mapping.text.zh, en: mapping.text.en }}
        onFinish={(values) => void save.run(values)}
      >
        <Form.Item
          name="source"
          label={<Both zh="代号" en="Code" />}
          rules={[
            { required: true, pattern: /^[a-z0-9][a-z0-9-]{0,39}$/, message: '小写字母、数字、横线 a-z, 0-9, hyphens' },
            {
              validator: (_, value: string) =>
                taken.includes(value) ? Promise.reject(new Error('已有此代号 exists already')) : Promise.resolve(),
            },
          ]}
        >
          <Input disabled={!isNew} />
        </Form.Item>
        <Form.Item name="zh" label={<Both zh="名称" en="Name in Chinese" />} rules={[{ required: true }]}>
          <Input maxLength={60} />
        </Form.Item>
        <Form.Item name="en" label={<Both zh="英文名称" en="Name in English" />} rules={[{ required: true }]}>
          <Input maxLength={60} />
        </Form.Item>
        <div className="form-wide">
          <FileChoice
            accept=".csv,.txt"
            file={null}
            hint={{ zh: '选一个该来源的 CSV,读出列名', en: 'A CSV of the source: its column names are read here' }}
            onChoose={(file) => (file === null ? undefined : void read.run(file))}
          />
        </div>
        <Table
          className="form-wide"
          size="small"
          rowKey="column"
          pagination={false}
          scroll={{ y: 300 }}
          dataSource={Object.entries(columns).map(([column, field]) => ({ column, field }))}
          locale={{ emptyText: <Both zh="还没有列:先选一个文件。" en="No columns yet: choose a file." /> }}
          columns={[
            { title: both('文件中的列', 'Column'), dataIndex: 'column' },
            {
              title: both('字段', 'Field'),
              render: (_, { column, field }) => (
                <Select
                  size="small"
                  className="place-choice"
                  aria-label={column}
                  showSearch={{ optionFilterProp: 'label' }}
                  value={field ?? NOT_TAKEN}
                  options={[{ value: NOT_TAKEN, label: '不取 not taken' }, ...options]}
                  onChange={(value) => setColumns({ ...columns, [column]: value === NOT_TAKEN ? null : value })}
                />
              ),
            },
          ]}
        />
        <Form.Item
          label={<Both zh="每行都一样的证件类别" en="Document type of every row" />}
          htmlFor="constant-document"
        >
          <Input
            id="constant-document"
            maxLength={100}
            placeholder="例如 e.g. 居民身份证"
            value={constants.documentType ?? ''}
            onChange={({ target }) => setConstants(withConstant(constants, 'documentType', target.value))}
          />
        </Form.Item>
        <Form.Item label={<Both zh="每行都一样的民族" en="Ethnic group of every row" />} htmlFor="constant-ethnic">
          <Input
            id="constant-ethnic"
            maxLength={100}
            value={constants.ethnicGroup ?? ''}
            onChange={({ target }) => setConstants(withConstant(constants, 'ethnicGroup', target.value))}
          />
        </Form.Item>
        <Form.Item label={<Both zh="由证件号码或村代码推出" en="Derived" />}>
          <Checkbox.Group
            value={derive}
            onChange={(chosen) => setDerive(chosen as Mapping['derive'])}
            options={DERIVED.map((field) => ({ value: field, label: FIELDS[field] }))}
          />
        </Form.Item>
        <div className="tools form-wide">
          <Button type="primary" htmlType="submit" loading={save.busy} disabled={missing.length > 0}>
            <Both zh="保存" en="Save" />
          </Button>
          <Button onClick={onClose}>
            <Both zh="返回" en="Back" />
          </Button>
        </div>
      </Form>
    </Section>
  );
}

function withConstant(constants: Mapping['constants'], field: string, value: string): Mapping['constants'] {
  const { [field]: _, ...others } = constants;
  return value.trim() === '' ? others : { ...others, [field]: value };
}
