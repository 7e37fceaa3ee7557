/** Cards that a bureau makes: its registration by two people, orders and what comes back, boxes with their couriers. */
import { both, FaultNotice, goTo, useLoad } from '@rhc/console-shell';
import { Skeleton, Tabs } from 'antd';
import type { ReactNode } from 'react';
import type { BureausResponse, LocationsResponse } from '../../src/contract/index.ts';
import { everyPage } from '../every-page.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import { OrderDetail } from './order-detail.tsx';
import { OrdersSection } from './orders-section.tsx';
import { ParcelsSection } from './parcels-section.tsx';
import { RegisterSection } from './register-section.tsx';
import '../office.css';
import './bureau.css';

const REFRESH_MS = 10_000;
const ORDER = 'order/';

export function BureauPage({ me, rest }: PageProps): ReactNode {
  const bureaus = useLoad(
    'bureaus',
    (signal) => everyPage<'bureaus', BureausResponse>('/v1/bureaus', 'bureaus', { signal }),
    REFRESH_MS,
  );
  const places = useLoad('places', (signal) =>
    everyPage<'locations', LocationsResponse>('/v1/stock/locations', 'locations', { signal }),
  );
  const known = bureaus.value?.bureaus ?? null;
  if (known === null) {
    return bureaus.fault === null ? (
      <Skeleton active />
    ) : (
      <FaultNotice fault={bureaus.fault} onRetry={bureaus.reload} />
    );
  }
  if (rest.startsWith(ORDER)) return <OrderDetail key={rest} id={rest.slice(ORDER.length)} me={me} bureaus={known} />;
  const tabs = [
    {
      key: 'orders',
      label: both('订单', 'Orders'),
      children: <OrdersSection bureaus={known} mayOrder={hasRole(me, 'stock', 'manager')} />,
    },
    {
      key: 'boxes',
      label: both('箱与快递', 'Boxes'),
      children: (
        <ParcelsSection
          bureaus={known}
          mayAnnounce={hasRole(me, 'stock', 'manager')}
          mayCount={hasRole(me, 'clerk', 'stock', 'manager')}
          me={me.id}
        />
      ),
    },
    {
      key: 'register',
      label: both('制卡中心', 'Bureaus'),
      children: (
        <RegisterSection bureaus={known} places={places.value?.locations ?? []} mayRegister={hasRole(me, 'manager')} />
      ),
    },
  ];
  return (
    <div className="stack">
      <FaultNotice fault={bureaus.fault ?? places.fault} onRetry={bureaus.reload} />
      <Tabs
        activeKey={tabs.some(({ key }) => key === rest) ? rest : 'orders'}
        onChange={(key) => goTo(key === 'orders' ? 'bureau' : `bureau/${key}`)}
        destroyOnHidden
        items={tabs}
      />
    </div>
  );
}
