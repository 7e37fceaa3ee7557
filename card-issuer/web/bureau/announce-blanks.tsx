/** Blanks that a transfer of the store sends to a bureau get their courier and number, so that a parcel can be traced. */
import { Both, call, FaultNotice, goTo, Section, useDo, useLoad, useNotices } from '@rhc/console-shell';
import { Button, Form, Input, Select } from 'antd';
import type { ReactNode } from 'react';
import type { BureauBoxesResponse, TransfersResponse } from '../../src/contract/index.ts';
import { everyPage } from '../every-page.ts';
import { useIntentKey } from '../intent-key.ts';
import { type BureauEntry, counted } from './bureau-words.ts';

const required = [{ required: true, whitespace: true, message: '请填写 Please fill in' }];
const REFRESH_MS = 10_000;

interface Parcel {
  readonly transferId: string;
  readonly courier: string;
  readonly tracking: string;
}

export function AnnounceBlanks({ bureau, onChange }: { bureau: BureauEntry; onChange: () => void }): ReactNode {
  const [form] = Form.useForm<Parcel>();
  const notices = useNotices();
  const key = useIntentKey();
  const transfers = useLoad(
    'transfers to bureaus',
    (signal) =>
      everyPage<'transfers', TransfersResponse>('/v1/stock/transfers', 'transfers', { signal, query: { limit: 500 } }),
    REFRESH_MS,
  );
  const boxes = useLoad(
    `every box of bureau ${bureau.id}`,
    (signal) =>
      everyPage<'boxes', BureauBoxesResponse>('/v1/bureau/boxes', 'boxes', {
        signal,
        query: { bureauId: bureau.id, limit: 1000 },
      }),
    REFRESH_MS,
  );
  const announce = useDo(async ({ transferId, courier, tracking }: Parcel) => {
    const body = { bureauId: bureau.id, transferId, courier: courier.trim(), tracking: tracking.trim() };
    await call('POST', '/v1/bureau/boxes', { body, idempotencyKey: key.current });
    key.renew();
    form.resetFields();
    notices.done({ zh: '快递已登记。', en: 'The courier is noted.' });
    boxes.reload();
    onChange();
  });
  const known = new Set(boxes.value?.boxes.map(({ transferId }) => transferId));
  const open = (boxes.value === null ? [] : (transfers.value?.transfers ?? [])).filter(
    ({ id, toLocation, state }) => toLocation === bureau.locationId && state !== 'withdrawn' && !known.has(id),
  );
  return (
    <Section title={{ zh: '寄出空白卡', en: 'Blanks on their way to the bureau' }}>
      <FaultNotice fault={transfers.fault ?? boxes.fault ?? announce.fault} onClose={announce.clear} />
      {open.length === 0 ? (
        <p>
          <Both
            zh="没有未登记快递的移交单。先在库存页把整箱移交到该制卡中心的地点。"
            en="No transfer waits for a courier: pass boxes on to the bureau's place on the stock page first."
          />{' '}
          <Button size="small" onClick={() => goTo('stock/boxes')}>
            <Both zh="库存" en="Stock" />
          </Button>
        </p>
      ) : (
        <Form
          form={form}
          layout="vertical"
          className="form-grid"
          onValuesChange={() => key.renew()}
          onFinish={(parcel) => void announce.run(parcel)}
        >
          <Form.Item name="transferId" label={<Both zh="移交单" en="Transfer" />} rules={required}>
            <Select
              options={open.map(({ id, quantity, giver }) => ({
                value: id,
                label: `${counted(quantity)} 张 · ${giver} · ${id}`,
              }))}
            />
          </Form.Item>
          <Form.Item name="courier" label={<Both zh="快递公司" en="Courier" />} rules={required}>
            <Input maxLength={60} />
          </Form.Item>
          <Form.Item name="tracking" label={<Both zh="运单号" en="Tracking number" />} rules={required}>
            <Input maxLength={60} autoComplete="off" />
          </Form.Item>
          <Form.Item label=" ">
            <Button type="primary" htmlType="submit" loading={announce.busy}>
              <Both zh="登记快递" en="Note the courier" />
            </Button>
          </Form.Item>
        </Form>
      )}
    </Section>
  );
}
