/** Transfers with both signatures: the giver's made the offer, another person's takes it. */
import {
  Both,
  both,
  call,
  EmptyHint,
  type Fault,
  FaultNotice,
  Section,
  StatusTag,
  useDo,
  useNotices,
  When,
} from '@rhc/console-shell';
import { Button, Popconfirm, Table } from 'antd';
import type { ReactNode } from 'react';
import type { PageProps } from '../menu/menu-row.ts';
import { hasRole } from '../sign-in/session.tsx';
import { count, type Place, TRANSFER_STATES, type Transfer } from './stock-words.ts';

interface Props {
  readonly me: PageProps['me'];
  readonly places: readonly Place[];
  readonly transfers: readonly Transfer[] | null;
  readonly fault: Fault | null;
  /** Buttons that turn the pages. */
  readonly turning: ReactNode;
  readonly onChange: () => void;
}

export function TransfersSection({ me, places, transfers, fault, turning, onChange }: Props): ReactNode {
  const name = (id: string) => places.find((place) => place.id === id)?.name ?? id;
  const notices = useNotices();
  const end = useDo(async (id: string, how: 'take' | 'withdraw') => {
    await call('POST', `/v1/stock/transfers/${id}/${how}`, { body: {}, idempotencyKey: `${how}:${id}` });
    notices.done(how === 'take' ? { zh: '已签收。', en: 'Taken.' } : { zh: '已撤回。', en: 'Withdrawn.' });
    onChange();
  });
  const mayTake = hasRole(me, 'clerk', 'stock', 'manager');
  const mayWithdraw = hasRole(me, 'stock', 'manager');
  return (
    <Section title={{ zh: '移交(双人签字)', en: 'Transfers, signed by two people' }} className="section-long">
      <FaultNotice fault={fault ?? end.fault} />
      <Table
        size="small"
        rowKey="id"
        loading={transfers === null && fault === null}
        dataSource={[...(transfers ?? [])]}
        pagination={{ pageSize: 12, hideOnSinglePage: true, showSizeChanger: false }}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '还没有移交。', en: 'Nothing has been passed on yet.' }}
              next={{ zh: '在“箱”页选箱并签字交出。', en: 'Choose boxes on the boxes tab and sign.' }}
            />
          ),
        }}
        columns={[
          {
            title: both('从 → 到', 'From → to'),
            render: (_, { fromLocation, toLocation }) => `${name(fromLocation)} → ${name(toLocation)}`,
          },
          { title: both('张数', 'Blanks'), align: 'right', render: (_, { quantity }) => count(quantity) },
          {
            title: both('交出签字', 'Given by'),
            render: (_, { giver, givenAt }) => (
              <>
                {giver} <When at={givenAt} />
              </>
            ),
          },
          {
            title: both('签收', 'Taken by'),
            render: (_, { taker, endedAt }) =>
              taker === null ? (
                '—'
              ) : (
                <>
                  {taker} <When at={endedAt} />
                </>
              ),
          },
          {
            title: both('状态', 'State'),
            render: (_, { state }) => (
              <StatusTag state={TRANSFER_STATES[state].light}>
                {TRANSFER_STATES[state].zh} {TRANSFER_STATES[state].en}
              </StatusTag>
            ),
          },
          {
            title: '',
            render: (_, { id, state, giver, quantity }) =>
              state !== 'offered' ? null : giver === me.id ? (
                mayWithdraw && (
                  <Button size="small" loading={end.busy} onClick={() => void end.run(id, 'withdraw')}>
                    <Both zh="撤回" en="Withdraw" />
                  </Button>
                )
              ) : mayTake ? (
                <Popconfirm
                  title={<Both zh={`清点无误,签收 ${quantity} 张?`} en={`Counted, take ${quantity}?`} />}
                  okText="签收 Take"
                  cancelText="取消 Cancel"
                  onConfirm={() => void end.run(id, 'take')}
                >
                  <Button size="small" type="primary" loading={end.busy}>
                    <Both zh="签收" en="Take" />
                  </Button>
                </Popconfirm>
              ) : null,
          },
        ]}
      />
      <div className="tools below">{turning}</div>
    </Section>
  );
}
