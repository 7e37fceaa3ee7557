/** Population by county: without it an equal share of the province stands for a county. Pasted or typed, one line a county. */
import {
  Both,
  both,
  call,
  EmptyHint,
  Fault,
  FaultNotice,
  Section,
  useDo,
  useLoad,
  useNotices,
} from '@rhc/console-shell';
import { Button, Form, Input, Table } from 'antd';
import type { ReactNode } from 'react';
import type { CountiesResponse, PopulationsResponse } from '../../src/contract/index.ts';
import { readPopulationLines } from './population-lines.ts';
import { number } from './steering-words.ts';

type Names = ReadonlyMap<string, CountiesResponse['counties'][number]>;

export function PopulationsSection({ names, mayEdit }: { names: Names; mayEdit: boolean }): ReactNode {
  const known = useLoad('populations', (signal) =>
    call<PopulationsResponse>('GET', '/v1/steering/populations', { signal }),
  );
  const notices = useNotices();
  const [form] = Form.useForm<{ lines: string; source: string }>();
  const save = useDo(async ({ lines, source }: { lines: string; source: string }) => {
    const read = readPopulationLines(lines);
    if (read.faults.length > 0) throw wrongLines(read.faults);
    const counties = read.counties.map((county) => ({ ...county, source }));
    await call('PUT', '/v1/steering/populations', { body: { counties } });
    notices.done({ zh: `已保存 ${counties.length} 个县。`, en: `${counties.length} counties saved.` });
    form.resetFields();
    known.reload();
  });
  return (
    <div className="stack">
      {mayEdit && (
        <Section title={{ zh: '登记人口', en: 'Enter populations' }}>
          <FaultNotice fault={save.fault} onClose={save.clear} />
          <Form form={form} layout="vertical" onFinish={(values) => void save.run(values)}>
            <Form.Item
              name="lines"
              label={<Both zh="每行:行政区划代码 人口(可从表格粘贴)" en="a line each: area code, residents" />}
              rules={[{ required: true, message: '请填写 Please fill in' }]}
            >
              <Input.TextArea rows={4} placeholder={'130123 466000\n130102 605000'} />
            </Form.Item>
            <Form.Item
              name="source"
              label={<Both zh="来源" en="source" />}
              rules={[{ required: true, message: '请填写 Please fill in' }]}
            >
              <Input placeholder="例如 e.g. 第七次全国人口普查公报" maxLength={200} />
            </Form.Item>
            <Button type="primary" htmlType="submit" loading={save.busy}>
              <Both zh="保存" en="Save" />
            </Button>
          </Form>
        </Section>
      )}
      <Section title={{ zh: '已登记的人口', en: 'Populations that are known' }}>
        <FaultNotice fault={known.fault} onRetry={known.reload} />
        <Table
          size="small"
          rowKey="areaCode"
          loading={known.loading && known.value === null}
          dataSource={[...(known.value?.counties ?? [])]}
          pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
          locale={{
            emptyText: (
              <EmptyHint
                text={{
                  zh: '还没有登记人口,各县按全省平均估计。',
                  en: 'No population is entered: each county counts as an equal share of the province.',
                }}
                next={{ zh: '主管在此粘贴统计公报中的人口数。', en: 'A manager pastes the statistics here.' }}
              />
            ),
          }}
          columns={[
            {
              title: both('县', 'County'),
              render: (_, { areaCode }) => (
                <>
                  {names.get(areaCode)?.name ?? areaCode}{' '}
                  <small className="quiet">
                    {names.get(areaCode)?.city} {areaCode}
                  </small>
                </>
              ),
            },
            {
              title: both('人口', 'Residents'),
              dataIndex: 'residents',
              align: 'right',
              render: (residents: number) => number(residents),
            },
            { title: both('来源', 'Source'), dataIndex: 'source' },
          ]}
        />
      </Section>
    </div>
  );
}

const wrongLines = (lines: readonly number[]): Fault =>
  new Fault(
    {
      code: 'POPULATION_LINES_WRONG',
      message: { zh: `第 ${lines.join('、')} 行读不懂。`, en: `Lines ${lines.join(', ')} cannot be read.` },
      nextStep: {
        zh: '每行写 6 位行政区划代码、空格、整数人口。',
        en: 'Write six digits, a space and a whole number in each line.',
      },
      retriable: false,
    },
    0,
    null,
  );
