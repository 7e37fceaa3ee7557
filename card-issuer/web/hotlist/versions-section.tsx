/** Our own list: the newest version, all before it with sizes, its file for a medium, and publishing. */
import {
  Both,
  both,
  call,
  download,
  EmptyHint,
  FaultNotice,
  Figure,
  type Loaded,
  PageButtons,
  Section,
  saveAs,
  spanText,
  useDo,
  useLoad,
  useNotices,
  usePages,
  When,
} from '@rhc/console-shell';
import { Alert, Button, Select, Table } from 'antd';
import type { ReactNode } from 'react';
import type { CountiesResponse, HotlistVersionsResponse } from '../../src/contract/index.ts';
import { countyOptions } from '../county-options.ts';
import { useIntentKey } from '../intent-key.ts';
import { bytes } from './sizes.ts';

const REFRESH_MS = 30_000;
const DAY_MS = 86_400_000;

export function useVersions(): Loaded<HotlistVersionsResponse> {
  return useLoad(
    'hotlist versions',
    (signal) => call<HotlistVersionsResponse>('GET', '/v1/hotlist/versions', { signal }),
    REFRESH_MS,
  );
}

export function VersionsSection({
  versions,
  mayPublish,
}: {
  versions: Loaded<HotlistVersionsResponse>;
  mayPublish: boolean;
}): ReactNode {
  const notices = useNotices();
  const key = useIntentKey();
  const publish = useDo(async () => {
    const made = await call<{ version: number }>('POST', '/v1/hotlist', { body: {}, idempotencyKey: key.current });
    key.renew();
    notices.done({ zh: `已签发第 ${made.version} 版。`, en: `Version ${made.version} is published.` });
    versions.reload();
  });
  const save = useDo(async (path: string, name: string) => saveAs(await download(path), name));
  const counties = useLoad(mayPublish ? 'counties' : null, (signal) =>
    call<CountiesResponse>('GET', '/v1/counties', { signal }),
  );
  const pages = usePages();
  const { cursor } = pages;
  const older = useLoad(cursor === undefined ? null : `hotlist versions ${cursor}`, (signal) =>
    call<HotlistVersionsResponse>('GET', '/v1/hotlist/versions', { signal, query: { cursor } }),
  );
  const shown = cursor === undefined ? versions : older;
  const newest = versions.value?.versions[0];
  const canPublish = versions.value?.canPublish ?? true;
  const age = newest === undefined ? null : Date.now() - Date.parse(newest.madeAt);
  return (
    <div className="stack">
      <FaultNotice fault={shown.fault ?? counties.fault ?? publish.fault ?? save.fault} onRetry={versions.reload} />
      <div className="figures">
        <Figure label={{ zh: '最新版本', en: 'Newest version' }} value={newest?.version ?? '—'} />
        <Figure
          label={{ zh: '名单时间', en: 'Age' }}
          value={age === null ? '—' : spanText(age)}
          note={newest === undefined ? '' : <When at={newest.madeAt} />}
          state={age === null ? 'idle' : age > DAY_MS ? 'warn' : 'good'}
        />
        <Figure
          label={{ zh: '挂失的卡', en: 'Cards listed' }}
          value={newest === undefined ? '—' : newest.entries.toLocaleString('zh-CN')}
        />
        <Figure
          label={{ zh: '全量', en: 'Full' }}
          value={newest?.fullBytes == null ? '—' : bytes(newest.fullBytes)}
          note="目标 at most 2 MB"
        />
        <Figure
          label={{ zh: '增量', en: 'Delta' }}
          value={newest?.deltaBytes == null ? '—' : bytes(newest.deltaBytes)}
          note="目标 at most 20 KB"
        />
      </div>
      {!canPublish && (
        <Alert
          type="warning"
          showIcon
          title={<Both zh="没有名单签名密钥,不能签发。" en="No key signs hotlists: nothing can be published." />}
          description={
            <Both
              zh="→ 请密钥管理员在密钥服务中启用名单签名密钥并配置到发卡系统。"
              en="Have a key administrator set one up in key-service."
            />
          }
        />
      )}
      <Section
        title={{ zh: '各版名单', en: 'Versions' }}
        className="section-long"
        tools={
          <div className="tools">
            <Button
              size="small"
              disabled={newest === undefined}
              loading={save.busy}
              onClick={() => void save.run('/v1/hotlist', `hotlist-${newest?.version}.rhcl`)}
            >
              <Both zh="下载全量(U 盘)" en="Full file, for a USB stick" />
            </Button>
            {mayPublish && (
              <Select
                size="small"
                aria-label="下载县名单 county file"
                className="place-choice"
                disabled={newest === undefined || !canPublish}
                loading={save.busy}
                placeholder="下载县名单 County file"
                value={null}
                showSearch={{ optionFilterProp: 'label' }}
                options={countyOptions(counties.value)}
                onChange={(code: string | null) =>
                  code !== null &&
                  void save.run(`/v1/hotlist/counties/${code}`, `hotlist-${code}-${newest?.version}.rhcl`)
                }
              />
            )}
            {mayPublish && (
              <Button
                size="small"
                type="primary"
                disabled={!canPublish}
                loading={publish.busy}
                onClick={() => void publish.run()}
              >
                <Both zh="签发新版" en="Publish" />
              </Button>
            )}
          </div>
        }
      >
        <Table
          size="small"
          rowKey="version"
          loading={shown.loading && shown.value === null}
          dataSource={[...(shown.value?.versions ?? [])]}
          pagination={{ pageSize: 8, hideOnSinglePage: true, showSizeChanger: false }}
          locale={{
            emptyText: (
              <EmptyHint
                text={{ zh: '还没有签发过名单。', en: 'No hotlist has been published.' }}
                next={{
                  zh: '主管签发第一版;诊室的代理随后自动取得。',
                  en: 'A manager publishes the first; agents fetch it.',
                }}
              />
            ),
          }}
          columns={[
            { title: both('版本', 'Version'), dataIndex: 'version' },
            { title: both('签发', 'Published'), render: (_, { madeAt }) => <When at={madeAt} /> },
            {
              title: both('张数', 'Cards'),
              align: 'right',
              render: (_, { entries }) => entries.toLocaleString('zh-CN'),
            },
            {
              title: both('全量', 'Full'),
              align: 'right',
              render: (_, { fullBytes }) => (fullBytes === null ? '已由新版代替 replaced' : bytes(fullBytes)),
            },
            {
              title: both('增量', 'Delta'),
              align: 'right',
              render: (_, { deltaBytes }) => (deltaBytes === null ? '—' : bytes(deltaBytes)),
            },
            {
              title: '',
              align: 'right',
              render: (_, { version, deltaBytes }) =>
                deltaBytes !== null && (
                  <Button
                    size="small"
                    onClick={() => void save.run(`/v1/hotlist/deltas/${version}`, `hotlist-delta-${version}.rhcl`)}
                  >
                    <Both zh="下载增量" en="Delta" />
                  </Button>
                ),
            },
          ]}
        />
        <div className="tools below">
          <PageButtons pages={pages} next={shown.value?.next ?? null} />
        </div>
      </Section>
    </div>
  );
}
