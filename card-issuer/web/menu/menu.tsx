/**
 * The menu as one table. A new page is a folder `web/PAGE/`, an import and a row here; Alt+1 … Alt+0 open the first ten
 * rows that a person sees.
 */
import { HomeOutlined } from '@ant-design/icons';
import { HomePage } from '../home/home-page.tsx';
import type { MenuRow } from './menu-row.ts';

const COUNTER = { zh: '柜台', en: 'Counter' };

const EVERYBODY = ['clerk', 'reviewer', 'stock', 'manager', 'auditor', 'service'];

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
  // 生产 Production: stock, jobs, imports
  // 管理 Steering: dashboard, registry reports, hotlist, administration
];
