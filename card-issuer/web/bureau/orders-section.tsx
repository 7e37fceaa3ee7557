/** Orders, newest first, and a new one: the oldest cards that wait, or again what a bureau could not make. */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  goTo,
  PageButtons,
  Section,
  StatusTag,
  useDo,
  useLoad,
  usePages,
  When,
} from '@rhc/console-shell';
import { Button, Form, InputNumber, Radio, Select, Table } from 'antd';
import type { ReactNode } from 'react';
import type { BureauOrderResponse, BureauOrdersResponse } from '../../src/contract/index.ts';
import { useIntentKey } from '../intent-key.ts';
import { type BureauEntry, counted, ORDER_STATES } from './bureau-words.ts';

const REFRESH_MS = 5_000;
/** As the service allows in one order. */
const MOST_CARDS = 1000;

interface Wish {
  readonly bureauId: string;
  readonly what: 'oldest' | 'failed';
  readonly quantity: number | null;
}

export function OrdersSection({
  bureaus,
  mayOrder,
}: {
  bureaus: readonly BureauEntry[];
  mayOrder: boolean;
}): ReactNode {
  const pages = usePages();
  const { cursor } = pages;
  const orders = useLoad(
    `bureau orders ${cursor ?? ''}`,
    (signal) => call<BureauOrdersResponse>('GET', '/v1/bureau/orders', { signal, query: { limit: 50, cursor } }),
    REFRESH_MS,
  );
  const next = orders.value?.next ?? null;
  const name = (id: string) => bureaus.find((bureau) => bureau.id === id)?.name ?? id;
  return (
    <div className="stack">
      {mayOrder && bureaus.length > 0 && <NewOrder bureaus={bureaus} />}
      <Section title={{ zh: '订单', en: 'Orders' }} className="section-long">
        <FaultNotice fault={orders.fault} onRetry={orders.reload} />
        <Table
          size="small"
          rowKey="id"
          loading={orders.value === null && orders.fault === null}
          dataSource={[...(orders.value?.orders ?? [])]}
          pagination={false}
          locale={{ emptyText: <NoOrders noBureau={bureaus.length === 0} /> }}
          columns={[
            {
              title: both('订单', 'Order'),
              render: (_, { id }) => (
                <button type="button" className="link-button" onClick={() => goTo(`bureau/order/${id}`)}>
                  <code>{id}</code>
                </button>
              ),
            },
            { title: both('制卡中心', 'Bureau'), render: (_, { bureauId }) => name(bureauId) },
            {
              title: both('状态', 'State'),
              render: (_, { state }) => (
                <StatusTag state={ORDER_STATES[state].light}>
                  {ORDER_STATES[state].zh} {ORDER_STATES[state].en}
                </StatusTag>
              ),
            },
            { title: both('张数', 'Cards'), align: 'right', render: (_, { lines }) => counted(lines) },
            {
              title: both('下单', 'Ordered'),
              render: (_, { createdBy, createdAt }) => (
                <>
                  {createdBy} <When at={createdAt} />
                </>
              ),
            },
            { title: both('结清', 'Closed'), render: (_, { closedAt }) => <When at={closedAt} /> },
          ]}
        />
        <div className="tools below">
          <PageButtons pages={pages} next={next} />
        </div>
      </Section>
    </div>
  );
}

function NoOrders({ noBureau }: { noBureau: boolean }): ReactNode {
  return noBureau ? (
    <EmptyHint
      text={{ zh: '还没有登记制卡中心。', en: 'No card bureau is registered yet.' }}
      next={{
        zh: '主管在“制卡中心”页提请登记,另一主管批准。',
        en: 'A manager asks for its registration on the bureaus tab; another manager approves.',
      }}
      action={{ label: { zh: '制卡中心', en: 'Bureaus' }, run: () => goTo('bureau/register') }}
    />
  ) : (
    <EmptyHint
      text={{ zh: '还没有订单。', en: 'There is no order yet.' }}
      next={{
        zh: '先把空白卡移交到制卡中心的地点,再在上面下订单。',
        en: "Pass blanks on to the bureau's place first, then order above.",
      }}
    />
  );
}

function NewOrder({ bureaus }: { bureaus: readonly BureauEntry[] }): ReactNode {
  const [form] = Form.useForm<Wish>();
  const what = Form.useWatch('what', form);
  const key = useIntentKey();
  const place = useDo(async ({ bureauId, what: which, quantity }: Wish) => {
    const body = which === 'failed' ? { bureauId, repeatFailed: true } : { bureauId, quantity };
    const order = await call<BureauOrderResponse>('POST', '/v1/bureau/orders', { body, idempotencyKey: key.current });
    key.renew();
    goTo(`bureau/order/${order.id}`);
  });
  return (
    <Section title={{ zh: '下订单', en: 'New order' }}>
      <FaultNotice fault={place.fault} onClose={place.clear} />
      <Form
        form={form}
        layout="vertical"
        className="form-grid"
        initialValues={{ bureauId: bureaus[0]?.id, what: 'oldest', quantity: null }}
        onValuesChange={() => key.renew()}
        onFinish={(wish) => void place.run(wish)}
      >
        <Form.Item name="bureauId" label={<Both zh="制卡中心" en="Bureau" />} rules={[{ required: true }]}>
          <Select options={bureaus.map(({ id, name }) => ({ value: id, label: name }))} />
        </Form.Item>
        <Form.Item name="what" label={<Both zh="内容" en="What" />}>
          <Radio.Group
            options={[
              { value: 'oldest', label: both('待制的卡,先到先制', 'cards that wait, oldest first') },
              { value: 'failed', label: both('重制未制成的卡', 'again what was not made') },
            ]}
          />
        </Form.Item>
        {what !== 'failed' && (
          <Form.Item
            name="quantity"
            label={<Both zh="张数" en="How many" />}
            extra={<Both zh="5 张以上须先有双人核准的样卡" en="more than 5 need a sample that two people approved" />}
            rules={[{ required: true, type: 'integer', min: 1, max: MOST_CARDS, message: `1–${MOST_CARDS}` }]}
          >
            <InputNumber className="planner-number" min={1} max={MOST_CARDS} precision={0} />
          </Form.Item>
        )}
        <Form.Item label=" ">
          <Button type="primary" htmlType="submit" loading={place.busy}>
            <Both zh="预留卡号与芯片并生成文件" en="Reserve and make the file" />
          </Button>
        </Form.Item>
      </Form>
    </Section>
  );
}
