/** SAM 登记: orders with their progress, the register with search; `#/sams/SERIAL` opens one. */
import {
  Both,
  both,
  call,
  download,
  EmptyHint,
  FaultNotice,
  goTo,
  PageButtons,
  Section,
  StatusTag,
  SubmitOnEnter,
  saveAs,
  useDo,
  useLoad,
  usePages,
  When,
} from '@rhc/console-shell';
import { Button, Form, Input, InputNumber, Modal, Progress, Select, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { SamListResponse, SamOrder, SamOrderRequest, SamState } from '../../src/contract/index.ts';
import { hasRole, type Principal } from '../sign-in/session.tsx';
import { useNeedsQuorum } from './quorum.ts';
import { SamDrawer } from './sam-drawer.tsx';
import { SAM_STATE_ORDER, SAM_STATES } from './sam-words.ts';

const REFRESH_MS = 5_000;
const PAGE = 50;
const MAILERS = 50;

export function SamsPage({ rest, me }: { rest: string; me: Principal }): ReactNode {
  const [state, setState] = useState<SamState | undefined>(undefined);
  const [search, setSearch] = useState('');
  const [orderId, setOrderId] = useState<string | undefined>(undefined);
  const [ordering, setOrdering] = useState(false);
  const pages = usePages();
  const orders = useLoad(
    'sam-orders',
    (signal) => call<{ orders: SamOrder[] }>('GET', '/v1/sam-orders', { signal }),
    REFRESH_MS,
  );
  const after = pages.cursor;
  const query = {
    limit: PAGE,
    ...(state === undefined ? {} : { state }),
    ...(orderId === undefined ? {} : { orderId }),
    ...(search === '' ? {} : { search }),
    ...(after === undefined ? {} : { after }),
  };
  const list = useLoad(
    `sams ${JSON.stringify(query)}`,
    (signal) => call<SamListResponse>('GET', '/v1/sams', { query, signal }),
    REFRESH_MS,
  );
  const mayAct = hasRole(me, 'security-admin', 'officer');
  const next = list.value?.next ?? null;
  return (
    <div className="stack">
      <FaultNotice fault={orders.fault ?? list.fault} onRetry={list.reload} />
      <Section
        title={{ zh: '发行任务', en: 'Orders' }}
        tools={
          mayAct && (
            <Button type="primary" size="small" onClick={() => setOrdering(true)}>
              <Both zh="新建任务" en="new order" />
            </Button>
          )
        }
      >
        <Orders orders={orders.value?.orders ?? []} chosen={orderId} onChoose={setOrderId} />
        {mayAct && orderId !== undefined && <Mailers orderId={orderId} onPrinted={list.reload} />}
      </Section>
      <Section
        title={{ zh: `SAM 卡登记(${list.value?.total ?? '…'})`, en: 'Register' }}
        className="section-long"
        tools={
          <div className="tools no-print">
            <Input.Search
              size="small"
              allowClear
              placeholder={both('机构、终端号、卡号', 'institution, terminal, serial')}
              aria-label="搜索 Search"
              onSearch={(value) => {
                pages.restart();
                setSearch(value.trim());
              }}
            />
            <Select
              size="small"
              allowClear
              className="filter-wide"
              placeholder={both('全部状态', 'all states')}
              aria-label="状态 State"
              value={state ?? null}
              onChange={(value: SamState | undefined) => {
                pages.restart();
                setState(value);
              }}
              options={SAM_STATE_ORDER.map((value) => ({
                value,
                label: both(SAM_STATES[value].zh, SAM_STATES[value].en),
              }))}
            />
            <PageButtons pages={pages} next={next} />
          </div>
        }
      >
        <Table
          size="small"
          rowKey="samSerial"
          pagination={false}
          loading={list.loading && list.value === null}
          dataSource={list.value?.sams ?? []}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '没有这样的 SAM 卡。', en: 'There is no such SAM.' }}
                next={{ zh: '新建发行任务,或换一个条件。', en: 'Make an order, or change the filter.' }}
              />
            ),
          }}
          columns={[
            {
              title: both('SAM 卡号', 'Serial'),
              render: (_, row) => (
                <Button type="link" size="small" className="kcv" onClick={() => goTo(`sams/${row.samSerial}`)}>
                  {row.samSerial}
                </Button>
              ),
            },
            { title: both('终端号', 'Terminal'), dataIndex: 'terminalNumber', className: 'kcv' },
            { title: both('机构', 'Institution'), dataIndex: 'institution' },
            {
              title: both('状态', 'State'),
              render: (_, row) => (
                <StatusTag state={SAM_STATES[row.state].light}>
                  {SAM_STATES[row.state].zh} {SAM_STATES[row.state].en}
                </StatusTag>
              ),
            },
            {
              title: both('密钥版本', 'Versions'),
              render: (_, { versions }) =>
                [...new Set(versions.map(({ version }) => `v${version}`))].sort().join(' ') || '—',
            },
            {
              title: both('最后联系', 'Last contact'),
              dataIndex: 'lastContact',
              render: (at: string | null) => <When at={at} now={new Date()} />,
            },
          ]}
        />
      </Section>
      <SamDrawer serial={rest} mayAct={mayAct} onClose={() => goTo('sams')} onChange={list.reload} />
      <OrderDialogue open={ordering} onClose={() => setOrdering(false)} onDone={orders.reload} />
    </div>
  );
}

/** How many of an order are issued, delivered or past it. */
function doneOf({ progress }: SamOrder): number {
  return (['issued', 'delivered', 'returned', 'revoked'] as const).reduce(
    (sum, state) => sum + (progress[state] ?? 0),
    0,
  );
}

function Orders({
  orders,
  chosen,
  onChoose,
}: {
  orders: readonly SamOrder[];
  chosen: string | undefined;
  onChoose: (orderId: string | undefined) => void;
}): ReactNode {
  if (orders.length === 0) {
    return (
      <EmptyHint
        text={{ zh: '还没有发行任务。', en: 'There is no order.' }}
        next={{
          zh: '新建任务,再把空白 SAM 卡逐张放进发卡读卡器。',
          en: 'Make one, then put blank SAMs into the issuing reader.',
        }}
      />
    );
  }
  return (
    <ul className="cards">
      {orders.map((order) => (
        <li key={order.orderId}>
          <button
            type="button"
            aria-current={chosen === order.orderId}
            className={chosen === order.orderId ? 'card-button card-button-chosen order-row' : 'card-button order-row'}
            onClick={() => onChoose(chosen === order.orderId ? undefined : order.orderId)}
          >
            <strong>{order.institution}</strong>
            <Progress
              percent={Math.floor((100 * doneOf(order)) / order.total)}
              format={() => `${doneOf(order)}/${order.total}`}
            />
            <span className="quiet">
              {order.orderedBy} · <When at={order.orderedAt} />
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What waits of the chosen order, as many to a file as a printer takes. */
function Mailers({ orderId, onPrinted }: { orderId: string; onPrinted: () => void }): ReactNode {
  const query = { orderId, pinMailer: 'sealed', limit: 1 } as const;
  const waiting = useLoad(
    `mailers ${orderId}`,
    (signal) => call<SamListResponse>('GET', '/v1/sams', { query, signal }),
    REFRESH_MS,
  );
  const print = useDo(async () => {
    const path = `/v1/sam-orders/${encodeURIComponent(orderId)}/pin-mailers`;
    saveAs(await download(path, { method: 'POST', body: { limit: MAILERS } }), `pin-mailers-${orderId}.pdf`);
    waiting.reload();
    onPrinted();
  });
  const count = waiting.value?.total;
  // Not known yet is not "none waits".
  if (count === undefined) return <FaultNotice fault={waiting.fault} onRetry={waiting.reload} />;
  return (
    <div className="tools no-print">
      <FaultNotice fault={waiting.fault ?? print.fault} onRetry={waiting.reload} />
      <Button size="small" disabled={count === 0} loading={print.busy} onClick={() => void print.run()}>
        <Both
          zh={`下载密码信封:下 ${Math.min(count, MAILERS)} 份,共 ${count} 份待打印`}
          en={`PIN mailers, the next ${Math.min(count, MAILERS)} of ${count}`}
        />
      </Button>
    </div>
  );
}

function OrderDialogue({
  open,
  onClose,
  onDone,
}: {
  open: boolean;
  onClose: () => void;
  onDone: () => void;
}): ReactNode {
  const [form] = Form.useForm<SamOrderRequest & { reason?: string }>();
  const quorum = useNeedsQuorum('issue-sam');
  const order = useDo(async (body: SamOrderRequest & { reason?: string }) => {
    const asked = quorum
      ? await call<{ approval: string }>('POST', '/v1/sam-orders/requests', { body })
      : void (await call('POST', '/v1/sam-orders', { body }));
    form.resetFields();
    onClose();
    onDone();
    if (asked !== undefined) goTo(`approvals/${asked.approval}`);
  });
  return (
    <Modal
      open={open}
      destroyOnHidden
      title={<Both zh="新建 SAM 发行任务" en="New order of SAMs" />}
      onCancel={onClose}
      onOk={() => form.submit()}
      confirmLoading={order.busy}
      okText={quorum ? both('提出申请', 'Ask for approval') : both('建立', 'Make')}
      cancelText={both('返回', 'Back')}
    >
      <FaultNotice fault={order.fault} />
      <Form
        form={form}
        preserve={false}
        layout="vertical"
        initialValues={{ provinceCode: '13', count: 1 }}
        onFinish={(fields) => void order.run(fields)}
      >
        <Form.Item name="institution" label={<Both zh="医疗机构" en="Institution" />} rules={[{ required: true }]}>
          <Input autoFocus />
        </Form.Item>
        <div className="form-row">
          <Form.Item
            name="provinceCode"
            label={<Both zh="省份" en="Province" />}
            rules={[{ required: true, pattern: /^\d{2}$/, message: '13' }]}
          >
            <Input maxLength={2} />
          </Form.Item>
          <Form.Item
            name="firstTerminalNumber"
            className="form-wide"
            label={<Both zh="首个终端号(12 位)" en="First terminal" />}
            rules={[{ required: true, pattern: /^\d{12}$/, message: both('12 位数字', '12 digits') }]}
          >
            <Input className="kcv" maxLength={12} />
          </Form.Item>
          <Form.Item name="count" label={<Both zh="数量" en="Count" />} rules={[{ required: true }]}>
            <InputNumber min={1} max={1_000} />
          </Form.Item>
        </div>
        {quorum && (
          <Form.Item
            name="reason"
            label={<Both zh="理由(须经多人批准)" en="Reason; a quorum approves it" />}
            rules={[{ required: true, min: 4, message: both('至少 4 个字符', 'at least 4 characters') }]}
          >
            <Input />
          </Form.Item>
        )}
        <SubmitOnEnter />
      </Form>
    </Modal>
  );
}
