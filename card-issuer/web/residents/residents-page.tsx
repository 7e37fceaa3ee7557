/** The register: look up, one record with its history and the person's rights, pairs that may be one person. */
import { both, goTo } from '@rhc/console-shell';
import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import { CandidatesSection } from './candidates-section.tsx';
import { ResidentDetail } from './resident-detail.tsx';
import { SearchSection } from './search-section.tsx';
import '../office.css';

const PAIRS = 'candidates';

export function ResidentsPage({ me, rest }: PageProps): ReactNode {
  if (rest !== '' && rest !== PAIRS) return <ResidentDetail key={rest} id={rest} me={me} />;
  return (
    <Tabs
      activeKey={rest === PAIRS ? PAIRS : 'search'}
      onChange={(key) => goTo(key === PAIRS ? `residents/${PAIRS}` : 'residents')}
      destroyOnHidden
      items={[
        { key: 'search', label: both('查找', 'Look up'), children: <SearchSection /> },
        {
          key: PAIRS,
          label: both('疑似重复', 'Possible duplicates'),
          children: <CandidatesSection mayDecide={hasRole(me, 'reviewer', 'manager')} residentId={null} />,
        },
      ]}
    />
  );
}
