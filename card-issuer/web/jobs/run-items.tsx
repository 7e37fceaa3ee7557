/** Lines of a run, page by page: retry one, take one out, move one to the front or up. */
import {
  Both,
  both,
  call,
  EmptyHint,
  FaultNotice,
  goTo,
  PageButtons,
  Section,
  StatusTag,
  useDo,
  useLoad,
  usePages,
  When,
} from '@rhc/console-shell';
import { Button, Radio, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { BulkItemsResponse } from '../../src/contract/index.ts';
import { ITEM_STATES, type Item, type Run } from './job-words.ts';

const AT_ONCE = 20;
const REFRESH_MS = 3_000;
type Shown = Item['state'] | 'all';

interface Props {
  readonly run: Run;
  readonly mayMove: boolean;
  readonly mayRetry: boolean;
  readonly onChange: () => void;
}

export function RunItems({ run, mayMove, mayRetry, onChange }: Props): ReactNode {
  const [shown, setShown] = useState<Shown>('all');
  const pages = usePages<number>();
  const after = pages.cursor;
  const items = useLoad(
    `items ${run.id} ${shown} ${after ?? ''}`,
    (signal) =>
      call<BulkItemsResponse>('GET', `/v1/bulk-runs/${run.id}/items`, {
        signal,
        query: { ...(shown === 'all' ? {} : { state: shown }), after, limit: AT_ONCE },
      }),
    REFRESH_MS,
  );
  const act = useDo(async (path: string, body?: unknown) => {
    await call('POST', `/v1/bulk-items/${path}`, body === undefined ? {} : { body });
    items.reload();
    onChange();
  });
  const toFront = useDo(async (id: string) => {
    const { items: first } = await call<BulkItemsResponse>('GET', `/v1/bulk-runs/${run.id}/items`, {
      query: { state: 'queued', limit: 1 },
    });
    const before = first[0]?.id ?? null;
    if (before !== id) await act.run(`${id}/position`, { before });
  });
  const rows = items.value?.items ?? [];
  const above = (at: number) => rows.slice(0, at).findLast(({ state }) => state === 'queued');
  return (
    <Section
      title={{ zh: '各行', en: 'Lines' }}
      className="section-long"
      tools={
        <div className="tools">
          <Radio.Group
            size="small"
            optionType="button"
            value={shown}
            onChange={({ target }) => {
              setShown(target.value as Shown);
              pages.restart();
            }}
            options={[
              { value: 'all', label: '全部 all' },
              ...Object.entries(ITEM_STATES).map(([value, { zh, en }]) => ({ value, label: both(zh, en) })),
            ]}
          />
          <PageButtons pages={pages} next={rows.length < AT_ONCE ? null : (rows.at(-1)?.position ?? null)} />
        </div>
      }
    >
      <FaultNotice fault={items.fault ?? act.fault ?? toFront.fault} onRetry={items.reload} />
      <Table
        size="small"
        rowKey="id"
        loading={items.loading && items.value === null}
        dataSource={[...rows]}
        pagination={false}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '没有这样的行。', en: 'There is no such line.' }}
              next={{ zh: '换一个状态查看。', en: 'Look at another state.' }}
            />
          ),
        }}
        columns={[
          {
            title: both('居民', 'Resident'),
            render: (_, { residentId, resident }) =>
              resident === null ? (
                <code>{residentId}</code>
              ) : (
                <PageLink to={`residents/${residentId}`}>
                  {resident.name} <code>{resident.documentNumber}</code>
                </PageLink>
              ),
          },
          {
            title: both('状态', 'State'),
            render: (_, { state }) => (
              <StatusTag state={ITEM_STATES[state].light}>
                {ITEM_STATES[state].zh} {ITEM_STATES[state].en}
              </StatusTag>
            ),
          },
          {
            title: both('卡或原因', 'Card, or why not'),
            render: (_, { cardId, issueSerial, error, setback }) => {
              const fault = error ?? setback;
              return (
                <>
                  {cardId !== null && (
                    <PageLink to={`cards/${cardId}`}>
                      <code>{issueSerial}</code>
                    </PageLink>
                  )}
                  {cardId === null && fault === null && '—'}
                  {fault !== null && (
                    <div className="item-error">
                      <Both {...fault.message} />
                      <div className="quiet">
                        → <Both {...fault.nextStep} />
                      </div>
                      {setback !== null && (
                        <div className="quiet">
                          →{' '}
                          <Both
                            zh="芯片不能用时,点卡号登记废卡,再换一张空白卡"
                            en="If the chip is no good, open the card and report it as waste, then take another blank"
                          />
                        </div>
                      )}
                    </div>
                  )}
                </>
              );
            },
          },
          { title: both('完成于', 'Ended'), render: (_, { endedAt }) => <When at={endedAt} /> },
          {
            title: '',
            render: (_, { id, state }, at) => (
              <div className="tools-row">
                {state === 'queued' && mayMove && (
                  <>
                    <Button
                      size="small"
                      disabled={above(at) === undefined}
                      aria-label={`上移 move up ${id}`}
                      onClick={() => void act.run(`${id}/position`, { before: above(at)?.id ?? null })}
                    >
                      ↑
                    </Button>
                    <Button size="small" loading={toFront.busy} onClick={() => void toFront.run(id)}>
                      <Both zh="最先" en="First" />
                    </Button>
                  </>
                )}
                {state === 'failed' && mayRetry && (
                  <Button size="small" type="primary" loading={act.busy} onClick={() => void act.run(`${id}/retry`)}>
                    <Both zh="重做" en="Retry" />
                  </Button>
                )}
                {(state === 'queued' || state === 'failed') && mayMove && (
                  <Button size="small" onClick={() => void act.run(`${id}/remove`)}>
                    <Both zh="去除" en="Remove" />
                  </Button>
                )}
              </div>
            ),
          },
        ]}
      />
    </Section>
  );
}

function PageLink({ to, children }: { to: string; children: ReactNode }): ReactNode {
  return (
    <button type="button" className="link-button" onClick={() => goTo(to)}>
      {children}
    </button>
  );
}
