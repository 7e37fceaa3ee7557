/** Boxes between the store and a bureau with their couriers. Two people count each, and neither is told the number. */
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
import type { BureauBoxesResponse } from '../../src/contract/index.ts';
import { useIntentKey } from '../intent-key.ts';
import { AnnounceBlanks } from './announce-blanks.tsx';
import { BOX_KINDS, type Box, type BureauEntry, counted } from './bureau-words.ts';

const REFRESH_MS = 5_000;

interface Props {
  readonly bureaus: readonly BureauEntry[];
  readonly mayAnnounce: boolean;
  readonly mayCount: boolean;
  readonly me: string;
}

export function ParcelsSection({ bureaus, mayAnnounce, mayCount, me }: Props): ReactNode {
  const [bureauId, setBureauId] = useState(bureaus[0]?.id ?? null);
  const pages = usePages();
  const { cursor } = pages;
  const boxes = useLoad(
    bureauId === null ? null : `bureau boxes ${bureauId} ${cursor ?? ''}`,
    (signal) =>
      call<BureauBoxesResponse>('GET', '/v1/bureau/boxes', {
        signal,
        query: { bureauId: bureauId ?? '', limit: 100, cursor },
      }),
    REFRESH_MS,
  );
  const bureau = bureaus.find(({ id }) => id === bureauId);
  return (
    <div className="stack">
      {mayAnnounce && bureau !== undefined && (
        <AnnounceBlanks key={bureau.id} bureau={bureau} onChange={boxes.reload} />
      )}
      <Section
        title={{ zh: '箱与快递(双人清点)', en: 'Boxes, counted by two people' }}
        className="section-long"
        tools={
          <Select
            size="small"
            className="place-choice"
            aria-label="制卡中心 Bureau"
            value={bureauId}
            onChange={(id) => {
              setBureauId(id);
              pages.restart();
            }}
            options={bureaus.map(({ id, name }) => ({ value: id, label: name }))}
          />
        }
      >
        <FaultNotice fault={boxes.fault} onRetry={boxes.reload} />
        <Table
          size="small"
          rowKey="id"
          loading={boxes.loading && boxes.value === null}
          dataSource={[...(boxes.value?.boxes ?? [])]}
          pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '没有往来的箱子。', en: 'No box is on its way.' }}
                next={{
                  zh: '寄出空白卡时在上面登记快递;寄回的箱子随回盘文件出现。',
                  en: 'Note the courier above when blanks leave; boxes that come back appear with the return file.',
                }}
              />
            ),
          }}
          columns={[
            { title: both('箱号', 'Box'), render: (_, { number }) => <code>{number}</code> },
            { title: both('内容', 'Holds'), render: (_, { kind }) => <Both {...BOX_KINDS[kind]} /> },
            {
              title: both('快递', 'Courier'),
              render: (_, { courier, tracking }) => (
                <>
                  {courier} <code>{tracking}</code>
                </>
              ),
            },
            {
              title: both('登记', 'Announced'),
              render: (_, { announcedBy, announcedAt }) => (
                <>
                  {announcedBy} <When at={announcedAt} />
                </>
              ),
            },
            {
              title: both('清点', 'Count'),
              render: (_, box) => <Count box={box} me={me} mayCount={mayCount} onChange={boxes.reload} />,
            },
          ]}
        />
        <div className="tools below">
          <PageButtons pages={pages} next={boxes.value?.next ?? null} />
        </div>
      </Section>
    </div>
  );
}

function Count({
  box,
  me,
  mayCount,
  onChange,
}: {
  box: Box;
  me: string;
  mayCount: boolean;
  onChange: () => void;
}): ReactNode {
  const notices = useNotices();
  const key = useIntentKey();
  const [mine, setMine] = useState(false);
  const count = useDo(async ({ number }: { number: number }) => {
    const body = { counted: number };
    const after = await call<Box>('POST', `/v1/bureau/boxes/${box.id}/counts`, { body, idempotencyKey: key.current });
    key.renew();
    setMine(after.state === 'on-the-way');
    notices.done(
      after.state === 'counted'
        ? { zh: '两人清点一致,已收妥。', en: 'Both counts agree; the box is in.' }
        : { zh: '已记下您的清点,请另一人再点一次。', en: 'Your count is noted; another person counts as well.' },
    );
    onChange();
  });
  if (box.state === 'counted') {
    return (
      <>
        <StatusTag state="good">
          {counted(box.counted ?? 0)} {both('已收妥', 'in')}
        </StatusTag>
        <span className="own-line quiet">
          {box.firstCounter} · {box.secondCounter} <When at={box.countedAt} />
        </span>
      </>
    );
  }
  if (!mayCount || mine) {
    return <StatusTag state="busy">{mine ? `等待另一人清点 another person counts` : '在途 on its way'}</StatusTag>;
  }
  return (
    <>
      <Form
        name={box.id}
        layout="inline"
        onFinish={(values) => void count.run(values)}
        onValuesChange={() => key.renew()}
      >
        <Form.Item name="number" rules={[{ required: true, message: '请填张数 How many?' }]}>
          <InputNumber
            size="small"
            className="count-field"
            min={0}
            max={1_000_000}
            precision={0}
            aria-label={`清点 ${box.number} Count, by ${me}`}
          />
        </Form.Item>
        <Button size="small" type="primary" htmlType="submit" loading={count.busy}>
          <Both zh="清点" en="Counted" />
        </Button>
      </Form>
      <FaultNotice fault={count.fault} onClose={count.clear} />
    </>
  );
}
