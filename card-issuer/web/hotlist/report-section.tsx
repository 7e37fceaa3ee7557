/**
 * What happened to cards, for the higher registration centre: from where the last export ended, page by page, each page a file
 * with its checksum. The cursor is kept by this browser and can be typed: the same cursor gives the same records for ever.
 */
import { Both, both, Code, call, download, EmptyHint, FaultNotice, Section, saveAs, useDo } from '@rhc/console-shell';
import { Button, Form, InputNumber, Progress, Radio, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { RegistryReportResponse } from '../../src/contract/index.ts';
import { cursorPlace } from './report-cursor.ts';

const AT_ONCE = 5000;

interface Exported {
  readonly from: number;
  readonly next: number;
  readonly records: number;
  /** Over the records of a JSON file; a CSV carries its own. */
  readonly sha256: string | null;
}

export function ReportSection(): ReactNode {
  const [cursor, setCursor] = useState(cursorPlace.read());
  const [format, setFormat] = useState<'json' | 'csv'>('json');
  const [done, setDone] = useState<readonly Exported[]>([]);
  const exportAll = useDo(async () => {
    setDone([]);
    for (let from = cursor; ; ) {
      const query = { cursor: from, limit: AT_ONCE };
      const page = await call<RegistryReportResponse>('GET', '/v1/registry-report', { query });
      if (page.records.length > 0) {
        const file =
          format === 'csv'
            ? await download('/v1/registry-report', { query: { ...query, format } })
            : new Blob([JSON.stringify(page)], { type: 'application/json' });
        saveAs(file, `registry-report-${page.issuerCode}-${from}-${page.next}.${format}`);
        const part = {
          from,
          next: page.next,
          records: page.records.length,
          sha256: format === 'json' ? page.sha256 : null,
        };
        setDone((old) => [...old, part]);
      }
      from = page.next;
      setCursor(from);
      cursorPlace.write(from);
      if (!page.more) return;
    }
  });
  const records = done.reduce((sum, part) => sum + part.records, 0);
  return (
    <Section title={{ zh: '上报登记中心', en: 'Report to the registration centre' }} className="section-long">
      <FaultNotice fault={exportAll.fault} onRetry={() => void exportAll.run()} />
      <Form layout="vertical" className="form-grid" onFinish={() => void exportAll.run()}>
        <Form.Item label={<Both zh="自游标(上次至此)" en="From cursor" />} htmlFor="report-cursor">
          <InputNumber
            id="report-cursor"
            min={0}
            precision={0}
            className="planner-number"
            value={cursor}
            onChange={(value) => setCursor(value ?? 0)}
          />
        </Form.Item>
        <Form.Item label={<Both zh="格式(rhc-registry-report/1)" en="Format" />}>
          <Radio.Group
            value={format}
            onChange={({ target }) => setFormat(target.value as 'json' | 'csv')}
            options={[
              { value: 'json', label: 'JSON' },
              { value: 'csv', label: 'CSV' },
            ]}
          />
        </Form.Item>
        <Form.Item label=" ">
          <Button type="primary" htmlType="submit" loading={exportAll.busy}>
            <Both zh="导出新变动" en="Export what is new" />
          </Button>
        </Form.Item>
      </Form>
      {exportAll.busy && <Progress percent={100} status="active" format={() => `${records} 条 records`} />}
      <Table
        size="small"
        rowKey="from"
        dataSource={[...done]}
        pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '本次还没有导出。', en: 'Nothing has been exported now.' }}
              next={{
                zh: '导出从上次结束处开始;中断后再按一次即可续上。没有新变动时不产生文件。',
                en: 'An export begins where the last one ended; broken off, press again. Without news there is no file.',
              }}
            />
          ),
        }}
        columns={[
          { title: both('游标', 'Cursors'), render: (_, { from, next }) => `${from} → ${next}` },
          { title: both('条数', 'Records'), dataIndex: 'records', align: 'right' },
          {
            title: 'SHA-256',
            render: (_, { sha256 }) =>
              sha256 === null ? <Both zh="在文件末行" en="in the file's last line" /> : <Code>{sha256}</Code>,
          },
        ]}
      />
    </Section>
  );
}
