/** Residents by number, whole name, initials or phone; without words the newest ones, page by page. */
import {
  both,
  call,
  EmptyHint,
  FaultNotice,
  goTo,
  PageButtons,
  Section,
  useLoad,
  usePages,
  When,
} from '@rhc/console-shell';
import { Input, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { ResidentsResponse } from '../../src/contract/index.ts';
import { type CardState, CardStateTag } from '../words.tsx';

const AT_ONCE = 20;

export function SearchSection(): ReactNode {
  const [search, setSearch] = useState('');
  const pages = usePages();
  const { cursor } = pages;
  const found = useLoad(`residents ${search} ${cursor ?? ''}`, (signal) =>
    call<ResidentsResponse>('GET', '/v1/residents', {
      signal,
      query: { limit: AT_ONCE, cursor, search: search === '' ? undefined : search },
    }),
  );
  const next = found.value?.next ?? null;
  return (
    <Section
      title={{ zh: '居民', en: 'Residents' }}
      className="section-long"
      tools={
        <div className="tools">
          <Input.Search
            autoFocus
            allowClear
            className="search-words"
            aria-label="查找居民 Look up"
            placeholder="号码、姓名、拼音首字母、电话 ID, name, initials, phone"
            onSearch={(words) => {
              setSearch(words.trim());
              pages.restart();
            }}
          />
          <PageButtons pages={pages} next={next} />
        </div>
      }
    >
      <FaultNotice fault={found.fault} onRetry={found.reload} />
      <Table
        size="small"
        rowKey="id"
        loading={found.loading}
        dataSource={[...(found.value?.residents ?? [])]}
        pagination={false}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '没有找到。', en: 'Nobody was found.' }}
              next={{
                zh: '请输入完整的姓名或号码;新居民在柜台登记。',
                en: 'Enter the whole name or number; new ones are enrolled at the counter.',
              }}
            />
          ),
        }}
        columns={[
          {
            title: both('姓名', 'Name'),
            render: (_, { id, name }) => (
              <button type="button" className="link-button" onClick={() => goTo(`residents/${id}`)}>
                {name}
              </button>
            ),
          },
          { title: both('出生日期', 'Birth date'), dataIndex: 'birthDate' },
          { title: both('证件号码', 'Number'), dataIndex: 'documentNumber', render: (text) => <code>{text}</code> },
          { title: both('县', 'County'), render: (_, { county, areaCode }) => `${county} ${areaCode}` },
          {
            title: both('卡', 'Card'),
            render: (_, { cardId, cardState }) =>
              cardId === null || cardState === null ? (
                '—'
              ) : (
                <button type="button" className="link-button" onClick={() => goTo(`cards/${cardId}`)}>
                  <CardStateTag state={cardState as CardState} />
                </button>
              ),
          },
          { title: both('登记于', 'Enrolled'), render: (_, { enrolledAt }) => <When at={enrolledAt} /> },
        ]}
      />
    </Section>
  );
}
