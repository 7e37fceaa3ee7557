/** 密钥树: picture or table at the left, the chosen version at the right. The address says which: `#/keys/RK1.DDF1/2`. */
import { Both, both, call, FaultNotice, goTo, Section, useLoad, When } from '@rhc/console-shell';
import { Button, Segmented, Skeleton, Table } from 'antd';
import { type ReactNode, useMemo, useState } from 'react';
import type { HierarchyResponse, KeyVersionsResponse } from '../../src/contract/index.ts';
import { type KeyVersionRow, STATE_ORDER, STATES, StateTag } from '../words.tsx';
import { layoutTree } from './tree-layout.ts';
import { TreePicture } from './tree-picture.tsx';
import { VersionDetail } from './version-detail.tsx';

const ZOOMS = [0.6, 0.8, 1, 1.25, 1.6, 2];
const USUAL = 1;

export function TreePage({ rest, mayAct }: { rest: string; mayAct: boolean }): ReactNode {
  const hierarchy = useLoad('hierarchy', (signal) => call<HierarchyResponse>('GET', '/v1/hierarchy', { signal }));
  const keys = useLoad(
    'key-versions',
    (signal) => call<KeyVersionsResponse>('GET', '/v1/key-versions', { signal }),
    10_000,
  );
  const [view, setView] = useState<'picture' | 'table'>('picture');
  const [zoom, setZoom] = useState(USUAL);
  const [area, setArea] = useState('');
  const [slot, versionText] = rest.split('/');
  const versions = keys.value?.versions;
  const chosen = versions?.find((each) => each.slot === slot && String(each.version) === versionText) ?? null;
  const layout = useMemo(
    () => (hierarchy.value === null || versions === undefined ? null : layoutTree(hierarchy.value, versions, area)),
    [hierarchy.value, versions, area],
  );
  const changeZoom = (change: 1 | -1 | 0) =>
    setZoom((old) =>
      change === 0 ? USUAL : (ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, ZOOMS.indexOf(old) + change))] ?? USUAL),
    );
  const open = (version: KeyVersionRow) => goTo(`keys/${version.slot}/${version.version}`);
  return (
    <div className="stack">
      <FaultNotice fault={hierarchy.fault} onRetry={hierarchy.reload} />
      <FaultNotice fault={keys.fault} onRetry={keys.reload} />
      <div className="tree-page">
        <Section
          title={hierarchy.value?.text ?? { zh: '密钥体系', en: 'Key hierarchy' }}
          className="section-long"
          tools={
            <div className="tools no-print">
              <Segmented
                size="small"
                value={view}
                onChange={(value) => setView(value as 'picture' | 'table')}
                options={[
                  { value: 'picture', label: both('图', 'picture') },
                  { value: 'table', label: both('表', 'table') },
                ]}
              />
              {view === 'picture' && (
                <>
                  <Button size="small" onClick={() => changeZoom(-1)} aria-label="缩小 Smaller">
                    −
                  </Button>
                  <Button size="small" onClick={() => changeZoom(0)} aria-label="原大 Usual size">
                    {Math.round(zoom * 100)} %
                  </Button>
                  <Button size="small" onClick={() => changeZoom(1)} aria-label="放大 Larger">
                    +
                  </Button>
                </>
              )}
            </div>
          }
        >
          {layout === null ? (
            <Skeleton active />
          ) : view === 'picture' ? (
            <>
              <Legend />
              <div className="tree-window">
                <TreePicture
                  layout={layout}
                  zoom={zoom}
                  chosen={chosen}
                  onZoom={changeZoom}
                  onArea={setArea}
                  onVersion={open}
                />
              </div>
            </>
          ) : (
            <VersionTable versions={versions ?? []} onOpen={open} />
          )}
        </Section>
        <VersionDetail
          version={chosen}
          hierarchy={hierarchy.value}
          warnings={keys.value?.warnings ?? []}
          mayAct={mayAct}
        />
      </div>
    </div>
  );
}

function Legend(): ReactNode {
  return (
    <div className="legend">
      {STATE_ORDER.map((state) => (
        <span key={state}>
          <svg width="14" height="14" aria-hidden="true">
            <rect className={STATES[state].fill} x="0.5" y="0.5" width="13" height="13" rx="6.5" />
          </svg>
          <Both {...STATES[state]} />
        </span>
      ))}
      <span>
        <svg width="14" height="14" aria-hidden="true">
          <circle className="tree-station" cx="7" cy="7" r="4.5" />
        </svg>
        <Both zh="分散一级" en="one dispersal" />
      </span>
      <span className="quiet no-print">
        <kbd>↑ ↓ ← →</kbd> <Both zh="行走" en="walk" /> <kbd>Enter</kbd> <Both zh="打开" en="open" /> <kbd>+ − 0</kbd>{' '}
        <Both zh="缩放" en="zoom" />
      </span>
    </div>
  );
}

function VersionTable({
  versions,
  onOpen,
}: {
  versions: readonly KeyVersionRow[];
  onOpen: (version: KeyVersionRow) => void;
}): ReactNode {
  return (
    <Table
      size="small"
      pagination={false}
      rowKey={({ slot, version }) => `${slot}#${version}`}
      dataSource={[...versions]}
      scroll={{ y: 'calc(100vh - 210px)' }}
      columns={[
        {
          title: both('密钥位', 'Slot'),
          render: (_, row) => (
            <Button type="link" size="small" onClick={() => onOpen(row)}>
              {row.slot} v{row.version}
            </Button>
          ),
        },
        {
          title: both('状态', 'State'),
          dataIndex: 'state',
          filters: STATE_ORDER.map((state) => ({ text: both(STATES[state].zh, STATES[state].en), value: state })),
          onFilter: (value, row) => row.state === value,
          render: (_, { state }) => <StateTag state={state} />,
        },
        { title: both('校验值', 'KCV'), dataIndex: 'kcv', className: 'kcv' },
        { title: both('算法', 'Suite'), dataIndex: 'suite' },
        { title: both('建立', 'Made'), dataIndex: 'createdAt', render: (at: string) => <When at={at} /> },
      ]}
    />
  );
}
