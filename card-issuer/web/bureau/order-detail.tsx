/** One order: its file out, the bureau's files in, every line's state, and the write-off of what never came. */
import {
  Both,
  call,
  download,
  FaultNotice,
  Figure,
  goTo,
  Section,
  StatusTag,
  saveAs,
  useDo,
  useLoad,
  When,
} from '@rhc/console-shell';
import { Button, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import type { BureauLinesResponse, BureauOrderResponse } from '../../src/contract/index.ts';
import { everyPage } from '../every-page.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import { type BureauEntry, counted, LINE_STATES, type Line, ORDER_STATES, type OrderInFull } from './bureau-words.ts';
import { OrderLines } from './order-lines.tsx';
import { OrderWriteOff } from './order-write-off.tsx';
import { ReturnsSection } from './returns-section.tsx';

const REFRESH_MS = 5_000;

export function OrderDetail({
  id,
  me,
  bureaus,
}: {
  id: string;
  me: PageProps['me'];
  bureaus: readonly BureauEntry[];
}): ReactNode {
  const path = `/v1/bureau/orders/${encodeURIComponent(id)}`;
  const order = useLoad(path, (signal) => call<BureauOrderResponse>('GET', path, { signal }), REFRESH_MS);
  const lines = useLoad(
    `${path} lines`,
    (signal) => everyPage<'lines', BureauLinesResponse>(`${path}/lines`, 'lines', { signal }),
    REFRESH_MS,
  );
  const changed = () => {
    order.reload();
    lines.reload();
  };
  const mayKeep = hasRole(me, 'stock', 'manager');
  const value = order.value;
  return (
    <div className="stack">
      <div className="tools">
        <Button size="small" onClick={() => goTo('bureau')}>
          ← <Both zh="全部订单" en="All orders" />
        </Button>
        {value !== null && (
          <StatusTag state={ORDER_STATES[value.state].light}>
            {ORDER_STATES[value.state].zh} {ORDER_STATES[value.state].en}
          </StatusTag>
        )}
      </div>
      <FaultNotice fault={order.fault ?? lines.fault} onRetry={changed} />
      {value === null ? (
        order.fault === null && <Skeleton active />
      ) : (
        <>
          <Head
            order={value}
            bureau={bureaus.find((bureau) => bureau.id === value.bureauId)?.name ?? value.bureauId}
            mayKeep={mayKeep}
            onChange={changed}
          />
          <ReturnsSection order={value} mayTake={mayKeep && value.state !== 'reserved'} onChange={changed} />
          <OrderLines lines={lines.value?.lines ?? null} />
          {hasRole(me, 'clerk', 'stock', 'manager') && <OrderWriteOff order={value} />}
        </>
      )}
    </div>
  );
}

function Head({
  order,
  bureau,
  mayKeep,
  onChange,
}: {
  order: OrderInFull;
  bureau: string;
  mayKeep: boolean;
  onChange: () => void;
}): ReactNode {
  const path = `/v1/bureau/orders/${order.id}`;
  const seal = useDo(async () => {
    await call('POST', `${path}/seal`, { body: {} });
    onChange();
  });
  const save = useDo(async () => saveAs(await download(`${path}/file`), `${order.id}.p7m`));
  return (
    <Section
      title={{ zh: `${bureau} · ${counted(order.lines)} 张`, en: order.id }}
      tools={
        mayKeep &&
        (order.state === 'reserved' ? (
          <Button size="small" type="primary" loading={seal.busy} onClick={() => void seal.run()}>
            <Both zh="生成文件" en="Make the file" />
          </Button>
        ) : (
          <Button size="small" type="primary" loading={save.busy} onClick={() => void save.run()}>
            <Both zh="下载订单文件" en="Order file" />
          </Button>
        ))
      }
    >
      <FaultNotice fault={seal.fault ?? save.fault} />
      <div className="figures">
        {(Object.keys(LINE_STATES) as Line['state'][])
          .filter((state) => (order.counts[state] ?? 0) > 0)
          .map((state) => (
            <Figure
              key={state}
              label={LINE_STATES[state]}
              value={counted(order.counts[state] ?? 0)}
              state={LINE_STATES[state].light}
            />
          ))}
      </div>
      <p className="quiet">
        <Both zh="下单" en="ordered by" /> {order.createdBy} <When at={order.createdAt} />
        {order.fileSha256 !== null && (
          <>
            {' · '}
            <Both zh="文件 SHA-256" en="of the file" /> <code className="digest">{order.fileSha256}</code>{' '}
            <When at={order.sealedAt} />
          </>
        )}
      </p>
      <p>
        → <Both {...nextStep(order)} />
      </p>
    </Section>
  );
}

function nextStep({ state, counts, returns }: OrderInFull): { zh: string; en: string } {
  if (state === 'reserved')
    return { zh: '生成文件;卡号与芯片已经预留。', en: 'Make the file: numbers and chips are reserved.' };
  if (state === 'closed') return { zh: '已结清,无须处理。', en: 'Closed; nothing is left to do.' };
  if (returns.length === 0) {
    return {
      zh: '下载文件发给制卡中心,然后导入其回盘文件。',
      en: 'Send the file to the bureau, then take its return file.',
    };
  }
  if ((counts.missing ?? 0) > 0) {
    return {
      zh: '请制卡中心查找缺失的卡;找不到时在下面提请核销。',
      en: 'Have the bureau look for missing cards, or ask for their write-off below.',
    };
  }
  if ((counts.failed ?? 0) > 0) return { zh: '未制成的卡可在订单页重制。', en: 'Order again what was not made.' };
  return {
    zh: '寄回的箱子由两人在“箱与快递”页清点。',
    en: 'Two people count the boxes that come back on the boxes tab.',
  };
}
