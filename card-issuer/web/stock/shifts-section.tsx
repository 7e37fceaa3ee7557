/**
 * A shift opens and closes at difference 0. What the person counted is set beside the book as it is typed; the service
 * compares again, and so does the database.
 */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  PageButtons,
  Section,
  StatusTag,
  useDo,
  useLoad,
  useNotices,
  usePages,
  When,
} from '@rhc/console-shell';
import { Button, Form, InputNumber, Select, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { ShiftsResponse } from '../../src/contract/index.ts';
import { useIntentKey } from '../intent-key.ts';
import { COUNTS, count, differenceOf, type Place } from './stock-words.ts';

interface Props {
  readonly places: readonly Place[];
  readonly mayWork: boolean;
  readonly onChange: () => void;
}
interface Counted {
  readonly stock: number;
  readonly inWork: number;
}
const FIELDS = [
  { name: 'stock', zh: '清点库存', en: 'blanks counted' },
  { name: 'inWork', zh: '清点在制', en: 'in work counted' },
] as const;

export function ShiftsSection({ places, mayWork, onChange }: Props): ReactNode {
  const [placeId, setPlaceId] = useState(places[0]?.id ?? '');
  const place = places.find(({ id }) => id === placeId);
  const pages = usePages();
  const { cursor } = pages;
  const shifts = useLoad(placeId === '' ? null : `shifts ${placeId} ${cursor ?? ''}`, (signal) =>
    call<ShiftsResponse>('GET', '/v1/stock/shifts', { signal, query: { locationId: placeId, limit: 50, cursor } }),
  );
  // The open shift is the newest of its place, whichever page is shown.
  const newest = useLoad(placeId === '' ? null : `newest shift ${placeId}`, (signal) =>
    call<ShiftsResponse>('GET', '/v1/stock/shifts', { signal, query: { locationId: placeId, limit: 1 } }),
  );
  const choose = (id: string) => {
    setPlaceId(id);
    pages.restart();
  };
  if (place === undefined) {
    return (
      <EmptyHint
        text={{ zh: '还没有窗口。', en: 'There is no counter yet.' }}
        next={{ zh: '请主管先在台账页新增地点。', en: 'A manager adds one on the books tab.' }}
      />
    );
  }
  const current = newest.value?.shifts.find(({ id }) => id === place.openShift);
  return (
    <div className="stack">
      {mayWork && (
        <CountForm
          key={`${place.id} ${place.openShift}`}
          place={place}
          places={places}
          // The open shift's own ledger decides at its end; the place's at its beginning.
          book={place.openShift === null ? place.ledger : (current?.ledger ?? place.ledger)}
          onPlace={choose}
          onChange={() => {
            shifts.reload();
            newest.reload();
            onChange();
          }}
        />
      )}
      <Section
        title={{ zh: '班次台账', en: 'Shifts with their ledgers' }}
        className="section-long"
        tools={
          !mayWork && (
            <Select
              size="small"
              className="place-choice"
              aria-label="地点 Place"
              value={placeId}
              onChange={choose}
              options={places.map(({ id, name }) => ({ value: id, label: name }))}
            />
          )
        }
      >
        <FaultNotice fault={shifts.fault} onRetry={shifts.reload} />
        <Table
          size="small"
          rowKey="id"
          loading={shifts.loading && shifts.value === null}
          dataSource={[...(shifts.value?.shifts ?? [])]}
          pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false }}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '这里还没有开过班。', en: 'No shift has been opened here.' }}
                next={{ zh: '清点空白卡后接班。', en: 'Count the blanks and open one.' }}
              />
            ),
          }}
          columns={[
            {
              title: both('接班', 'Opened'),
              render: (_, { openedBy, openedAt }) => (
                <>
                  {openedBy} <When at={openedAt} />
                </>
              ),
            },
            {
              title: both('交班', 'Closed'),
              render: (_, { closedBy, closedAt }) =>
                closedBy === null ? (
                  <StatusTag state="good">当班 open</StatusTag>
                ) : (
                  <>
                    {closedBy} <When at={closedAt} />
                  </>
                ),
            },
            ...COUNTS.map(({ name, zh, en }) => ({
              title: both(zh, en),
              align: 'right' as const,
              render: (_: unknown, { ledger }: ShiftsResponse['shifts'][number]) => count(ledger[name]),
            })),
            {
              title: both('差额', 'Difference'),
              align: 'right',
              render: (_, { ledger }) => (
                <StatusTag state={differenceOf(ledger) === 0 ? 'good' : 'bad'}>{differenceOf(ledger)}</StatusTag>
              ),
            },
          ]}
        />
        <div className="tools below">
          <PageButtons pages={pages} next={shifts.value?.next ?? null} />
        </div>
      </Section>
    </div>
  );
}

function CountForm({
  place,
  places,
  book,
  onPlace,
  onChange,
}: {
  place: Place;
  places: readonly Place[];
  book: Counted;
  onPlace: (id: string) => void;
  onChange: () => void;
}): ReactNode {
  const [form] = Form.useForm<Counted>();
  const counted = Form.useWatch([], form) as Partial<Counted> | undefined;
  const notices = useNotices();
  const key = useIntentKey();
  const shift = place.openShift;
  const act = useDo(async (values: Counted) => {
    const body = shift === null ? { locationId: place.id, counted: values } : { counted: values };
    const path = shift === null ? '/v1/stock/shifts' : `/v1/stock/shifts/${shift}/close`;
    await call('POST', path, { body, idempotencyKey: key.current });
    key.renew();
    notices.done(shift === null ? { zh: '已接班。', en: 'Shift opened.' } : { zh: '已交班。', en: 'Shift closed.' });
    onChange();
  });
  const title = shift === null ? { zh: '接班', en: 'Open a shift' } : { zh: '交班', en: 'Close the shift' };
  return (
    <Section title={title}>
      <FaultNotice fault={act.fault} onClose={act.clear} />
      <Form
        form={form}
        layout="vertical"
        className="form-grid"
        onFinish={(values: Counted) => {
          // What was counted anew is another wish than what was refused.
          if (act.fault !== null) key.renew();
          void act.run({ stock: values.stock, inWork: values.inWork });
        }}
      >
        <Form.Item label={<Both zh="地点" en="Place" />} htmlFor="shift-place">
          <Select
            id="shift-place"
            value={place.id}
            onChange={onPlace}
            options={places.map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Form.Item>
        {FIELDS.map(({ name, zh, en }) => (
          <Form.Item
            key={name}
            name={name}
            label={<Both zh={zh} en={en} />}
            rules={[{ required: true, message: '请清点后填写 Count, then enter' }]}
            extra={<Difference book={book[name]} counted={counted?.[name]} />}
          >
            <InputNumber min={0} max={10_000_000} precision={0} className="planner-number" />
          </Form.Item>
        ))}
        <Form.Item label=" ">
          <Button type="primary" htmlType="submit" loading={act.busy}>
            <Both {...title} />
          </Button>
        </Form.Item>
      </Form>
    </Section>
  );
}

function Difference({ book, counted }: { book: number; counted: number | null | undefined }): ReactNode {
  if (counted == null) return <span className="quiet">清点后填写 count first</span>;
  const by = counted - book;
  return (
    <StatusTag state={by === 0 ? 'good' : 'bad'}>
      账面 book {count(book)} · 差 difference {by > 0 ? `+${count(by)}` : count(by)}
    </StatusTag>
  );
}
