/** Blank cards as goods: places and their books, lists received, boxes passed on with two signatures, shifts, waste. */
import { both, call, FaultNotice, goTo, PageButtons, useLoad, usePages } from '@rhc/console-shell';
import { Skeleton, Tabs } from 'antd';
import type { ReactNode } from 'react';
import type { LocationsResponse, TransfersResponse } from '../../src/contract/index.ts';
import { everyPage } from '../every-page.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import { BoxesSection } from './boxes-section.tsx';
import { MovementsSection } from './movements-section.tsx';
import { PlacesSection } from './places-section.tsx';
import { ReceiveSection } from './receive-section.tsx';
import { ShiftsSection } from './shifts-section.tsx';
import { TransfersSection } from './transfers-section.tsx';
import { WriteOffSection } from './write-off-section.tsx';
import '../office.css';

const REFRESH_MS = 10_000;

export function StockPage({ me, rest }: PageProps): ReactNode {
  const places = useLoad(
    'places',
    (signal) => everyPage<'locations', LocationsResponse>('/v1/stock/locations', 'locations', { signal }),
    REFRESH_MS,
  );
  const pages = usePages();
  const { cursor } = pages;
  const transfers = useLoad(
    `transfers ${cursor ?? ''}`,
    (signal) => call<TransfersResponse>('GET', '/v1/stock/transfers', { signal, query: { limit: 100, cursor } }),
    REFRESH_MS,
  );
  const offered = useLoad(
    'transfers offered',
    (signal) =>
      everyPage<'transfers', TransfersResponse>('/v1/stock/transfers', 'transfers', {
        signal,
        query: { state: 'offered' },
      }),
    REFRESH_MS,
  );
  const known = places.value?.locations ?? null;
  if (known === null) {
    return places.fault === null ? <Skeleton active /> : <FaultNotice fault={places.fault} onRetry={places.reload} />;
  }
  const waiting = (offered.value?.transfers ?? []).filter(({ giver }) => giver !== me.id).length;
  const changed = () => {
    places.reload();
    transfers.reload();
    offered.reload();
  };
  const mayKeep = hasRole(me, 'stock', 'manager');
  const tabs = [
    {
      key: 'books',
      label: both('台账', 'Books'),
      children: <PlacesSection places={known} mayAdd={hasRole(me, 'manager')} onChange={changed} />,
    },
    ...(mayKeep
      ? [
          {
            key: 'receive',
            label: both('入库', 'Receive'),
            children: <ReceiveSection places={known} onChange={changed} />,
          },
        ]
      : []),
    {
      key: 'boxes',
      label: both('箱', 'Boxes'),
      children: <BoxesSection places={known} mayOffer={mayKeep} onChange={changed} />,
    },
    {
      key: 'transfers',
      label: both('移交', waiting === 0 ? 'Transfers' : `Transfers (${waiting})`),
      children: (
        <TransfersSection
          me={me}
          places={known}
          transfers={transfers.value?.transfers ?? null}
          fault={transfers.fault}
          turning={<PageButtons pages={pages} next={transfers.value?.next ?? null} />}
          onChange={changed}
        />
      ),
    },
    {
      key: 'shifts',
      label: both('班次', 'Shifts'),
      children: <ShiftsSection places={known} mayWork={hasRole(me, 'clerk', 'manager')} onChange={changed} />,
    },
    {
      key: 'waste',
      label: both('报废', 'Waste'),
      children: <WriteOffSection mayAsk={hasRole(me, 'clerk', 'stock', 'manager')} />,
    },
    { key: 'movements', label: both('流水', 'Movements'), children: <MovementsSection places={known} /> },
  ];
  return (
    <div className="stack">
      <FaultNotice fault={places.fault} onRetry={places.reload} />
      <Tabs
        activeKey={tabs.some(({ key }) => key === rest) ? rest : 'books'}
        onChange={(key) => goTo(key === 'books' ? 'stock' : `stock/${key}`)}
        destroyOnHidden
        items={tabs}
      />
    </div>
  );
}
