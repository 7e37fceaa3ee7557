/**
 * The menu as one table. A new page is a folder `web/PAGE/`, an import and a row here; Alt+1 … Alt+0 open the first ten
 * rows that a person sees.
 */
import {
  AuditOutlined,
  BankOutlined,
  CreditCardOutlined,
  DashboardOutlined,
  HomeOutlined,
  IdcardOutlined,
  ImportOutlined,
  InboxOutlined,
  PrinterOutlined,
  SettingOutlined,
  StopOutlined,
  TeamOutlined,
} from '@ant-design/icons';
import { AdministrationPage } from '../administration/administration-page.tsx';
import { ApprovalsPage } from '../approvals/approvals-page.tsx';
import { BureauPage } from '../bureau/bureau-page.tsx';
import { CardsPage } from '../cards/cards-page.tsx';
import { CounterPage } from '../counter/counter-page.tsx';
import { DashboardPage } from '../dashboard/dashboard-page.tsx';
import { HomePage } from '../home/home-page.tsx';
import { HotlistPage } from '../hotlist/hotlist-page.tsx';
import { ImportsPage } from '../imports/imports-page.tsx';
import { JobsPage } from '../jobs/jobs-page.tsx';
import { ResidentsPage } from '../residents/residents-page.tsx';
import { StockPage } from '../stock/stock-page.tsx';
import type { MenuRow } from './menu-row.ts';

const COUNTER = { zh: '柜台', en: 'Counter' };

const PRODUCTION = { zh: '生产', en: 'Production' };
const STEERING = { zh: '管理', en: 'Steering' };

const EVERYBODY = ['clerk', 'reviewer', 'stock', 'manager', 'auditor', 'service'];
/** Every person; a program looks at nothing. */
const STAFF = ['clerk', 'reviewer', 'stock', 'manager', 'auditor'];

export const MENU: readonly MenuRow[] = [
  // 柜台 Counter
  {
    path: 'home',
    zh: '首页',
    en: 'Home',
    icon: <HomeOutlined />,
    group: COUNTER,
    roles: EVERYBODY,
    component: HomePage,
  },
  {
    path: 'counter',
    zh: '制卡柜台',
    en: 'Counter',
    icon: <IdcardOutlined />,
    group: COUNTER,
    roles: ['clerk', 'manager'],
    component: CounterPage,
  },
  {
    path: 'residents',
    zh: '居民',
    en: 'Residents',
    icon: <TeamOutlined />,
    group: COUNTER,
    roles: ['clerk', 'reviewer', 'manager'],
    component: ResidentsPage,
  },
  {
    path: 'cards',
    zh: '卡管理',
    en: 'Cards',
    icon: <CreditCardOutlined />,
    group: COUNTER,
    roles: ['clerk', 'reviewer', 'manager'],
    component: CardsPage,
  },
  // 生产 Production
  {
    path: 'imports',
    zh: '导入',
    en: 'Imports',
    icon: <ImportOutlined />,
    group: PRODUCTION,
    roles: ['clerk', 'reviewer', 'manager', 'service'],
    component: ImportsPage,
  },
  {
    path: 'jobs',
    zh: '批量制卡',
    en: 'Bulk',
    icon: <PrinterOutlined />,
    group: PRODUCTION,
    roles: STAFF,
    component: JobsPage,
  },
  {
    path: 'stock',
    zh: '库存',
    en: 'Stock',
    icon: <InboxOutlined />,
    group: PRODUCTION,
    roles: ['clerk', 'stock', 'manager', 'auditor'],
    component: StockPage,
  },
  {
    path: 'bureau',
    zh: '制卡中心',
    en: 'Bureau',
    icon: <BankOutlined />,
    group: PRODUCTION,
    roles: ['clerk', 'stock', 'manager', 'auditor'],
    component: BureauPage,
  },
  // 管理 Steering
  {
    path: 'dashboard',
    zh: '驾驶舱',
    en: 'Dashboard',
    icon: <DashboardOutlined />,
    group: STEERING,
    roles: STAFF,
    component: DashboardPage,
  },
  {
    path: 'approvals',
    zh: '审批',
    en: 'Approvals',
    icon: <AuditOutlined />,
    group: STEERING,
    roles: STAFF,
    component: ApprovalsPage,
  },
  {
    path: 'hotlist',
    zh: '挂失名单与上报',
    en: 'Hotlist',
    icon: <StopOutlined />,
    group: STEERING,
    roles: STAFF,
    component: HotlistPage,
  },
  {
    path: 'administration',
    zh: '系统管理',
    en: 'Administration',
    icon: <SettingOutlined />,
    group: STEERING,
    roles: ['manager', 'auditor'],
    component: AdministrationPage,
  },
];
