/** Rosters taken in: a file and its source, a rehearsal first, progress, what was refused and why; mappings of sources. */
import { both, call, goTo, useLoad } from '@rhc/console-shell';
import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import type { RosterImportsResponse, RosterMappingsResponse } from '../../src/contract/index.ts';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import { ImportDetail } from './import-detail.tsx';
import { ImportsSection } from './imports-section.tsx';
import { MappingsSection } from './mappings-section.tsx';
import { UploadSection } from './upload-section.tsx';
import '../office.css';

const REFRESH_MS = 2_000;

export function ImportsPage({ me, rest }: PageProps): ReactNode {
  const imports = useLoad(
    'imports',
    (signal) => call<RosterImportsResponse>('GET', '/v1/roster-imports', { signal, query: { limit: 100 } }),
    REFRESH_MS,
  );
  const mappings = useLoad('mappings', (signal) =>
    call<RosterMappingsResponse>('GET', '/v1/roster-mappings', { signal }),
  );
  if (rest !== '' && rest !== 'mappings') return <ImportDetail key={rest} id={rest} me={me} />;
  return (
    <Tabs
      activeKey={rest === 'mappings' ? 'mappings' : 'files'}
      onChange={(key) => goTo(key === 'files' ? 'imports' : 'imports/mappings')}
      items={[
        {
          key: 'files',
          label: both('导入', 'Imports'),
          children: (
            <div className="stack">
              {hasRole(me, 'clerk', 'manager', 'service') && (
                <UploadSection mappings={mappings.value?.mappings ?? []} fault={mappings.fault} />
              )}
              <ImportsSection
                imports={imports.value?.imports ?? null}
                fault={imports.fault}
                mappings={mappings.value?.mappings ?? []}
              />
            </div>
          ),
        },
        {
          key: 'mappings',
          label: both('列映射', 'Mappings'),
          children: (
            <MappingsSection
              mappings={mappings.value?.mappings ?? null}
              fault={mappings.fault}
              mayEdit={hasRole(me, 'manager')}
              onChange={mappings.reload}
            />
          ),
        },
      ]}
    />
  );
}
