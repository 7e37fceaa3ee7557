/** Which cards must not be served, and who knows it: versions with their sizes, agents, look-up, reports, other provinces. */
import { both, goTo } from '@rhc/console-shell';
import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import { AgentsSection } from './agents-section.tsx';
import { ForeignSection } from './foreign-section.tsx';
import { LookUpSection } from './look-up-section.tsx';
import { ReportSection } from './report-section.tsx';
import { useVersions, VersionsSection } from './versions-section.tsx';
import '../office.css';

export function HotlistPage({ me, rest }: PageProps): ReactNode {
  const versions = useVersions();
  const manages = hasRole(me, 'manager');
  const tabs = [
    {
      key: 'own',
      label: both('挂失名单', 'Hotlist'),
      children: (
        <div className="stack">
          <VersionsSection versions={versions} mayPublish={manages} />
          <LookUpSection />
        </div>
      ),
    },
    ...(hasRole(me, 'clerk', 'reviewer', 'manager')
      ? [
          {
            key: 'agents',
            label: both('读卡器代理', 'Agents'),
            children: <AgentsSection newest={versions.value?.versions[0]?.version ?? null} />,
          },
        ]
      : []),
    {
      key: 'foreign',
      label: both('外省名单', 'Other provinces'),
      children: <ForeignSection mayTake={manages} />,
    },
    ...(manages ? [{ key: 'report', label: both('上报', 'Report'), children: <ReportSection /> }] : []),
  ];
  return (
    <Tabs
      activeKey={tabs.some(({ key }) => key === rest) ? rest : 'own'}
      onChange={(key) => goTo(key === 'own' ? 'hotlist' : `hotlist/${key}`)}
      destroyOnHidden
      items={tabs}
    />
  );
}
