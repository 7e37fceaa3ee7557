/** The supplier's list that came with the goods; what it refuses is named row by row. */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  Remedy,
  Section,
  StatusTag,
  useDo,
  useNotices,
} from '@rhc/console-shell';
import { Alert, Button, Form, Input, Select, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { DeliveryResponse } from '../../src/contract/index.ts';
import { base64Of } from '../file-base64.ts';
import { FileChoice } from '../file-choice.tsx';
import { useIntentKey } from '../intent-key.ts';
import { count, type Place } from './stock-words.ts';

const required = [{ required: true, message: '请填写 Please fill in' }];

export function ReceiveSection({ places, onChange }: { places: readonly Place[]; onChange: () => void }): ReactNode {
  const [file, setFile] = useState<File | null>(null);
  const [answer, setAnswer] = useState<DeliveryResponse | null>(null);
  const notices = useNotices();
  const key = useIntentKey();
  const receive = useDo(async ({ locationId, supplier }: { locationId: string; supplier: string }) => {
    if (file === null) return;
    const body = { locationId, supplier: supplier.trim(), list: await base64Of(file) };
    const made = await call<DeliveryResponse>('POST', '/v1/stock/deliveries', { body, idempotencyKey: key.current });
    key.renew();
    setAnswer(made);
    setFile(null);
    notices.done({ zh: `入库 ${made.taken} 张。`, en: `${made.taken} blanks received.` });
    onChange();
  });
  if (places.length === 0) {
    return (
      <EmptyHint
        text={{ zh: '还没有地点可以入库。', en: 'There is no place to receive blanks at.' }}
        next={{ zh: '请主管先在台账页新增地点。', en: 'A manager adds one on the books tab.' }}
      />
    );
  }
  return (
    <div className="stack">
      <Section title={{ zh: '按卡商清单入库', en: "Receive by the supplier's list" }}>
        <FaultNotice fault={receive.fault} onClose={receive.clear} />
        <Form layout="vertical" className="form-grid" onFinish={(values) => void receive.run(values)}>
          <Form.Item name="locationId" label={<Both zh="入库地点" en="Place" />} rules={required}>
            <Select options={places.map(({ id, name }) => ({ value: id, label: name }))} />
          </Form.Item>
          <Form.Item name="supplier" label={<Both zh="卡商" en="Supplier" />} rules={required}>
            <Input maxLength={60} />
          </Form.Item>
          <div className="form-wide">
            <FileChoice
              accept=".csv,.txt"
              file={file}
              hint={{
                zh: 'CSV,UTF-8 或 GB 18030;列:箱号、芯片序列号(16 位十六进制)',
                en: 'CSV with the columns 箱号 (box) and 芯片序列号 (16 hexadecimal digits)',
              }}
              onChoose={setFile}
            />
          </div>
          <Button type="primary" htmlType="submit" loading={receive.busy} disabled={file === null}>
            <Both zh="入库" en="Receive" />
          </Button>
        </Form>
      </Section>
      {answer !== null && <Report answer={answer} />}
    </div>
  );
}

function Report({ answer }: { answer: DeliveryResponse }): ReactNode {
  const { rows, taken, refused } = answer;
  return (
    <Section title={{ zh: '入库结果', en: 'What was received' }} className="section-long">
      <Alert
        type={refused.length === 0 ? 'success' : 'warning'}
        showIcon
        title={
          <Both
            zh={`共 ${count(rows)} 行,入库 ${count(taken)},拒绝 ${count(refused.length)}`}
            en={`${rows} rows, ${taken} taken, ${refused.length} refused`}
          />
        }
        {...(refused.length === 0
          ? {}
          : {
              description: (
                <Both
                  zh="→ 请卡商更正以下各行后另发清单;已入库的不会重复入库。"
                  en="Have the supplier correct these rows; what was taken is not taken twice."
                />
              ),
            })}
      />
      {refused.length > 0 && (
        <Table
          className="below"
          size="small"
          rowKey="row"
          dataSource={[...refused]}
          pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
          columns={[
            { title: both('行', 'Row'), dataIndex: 'row', width: 90 },
            {
              title: both('原因', 'Reason'),
              render: (_, { faults }) =>
                faults.map((fault) => (
                  <div key={`${fault.field} ${fault.rule.en}`}>
                    <StatusTag state="bad">{fault.field}</StatusTag> <Both {...fault.rule} /> <Remedy {...fault} />
                  </div>
                )),
            },
          ]}
        />
      )}
    </Section>
  );
}
