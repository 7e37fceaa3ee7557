/** By issue serial, or by the holder's number, name or phone, as a call about a lost card goes; below, cards by state. */
import {
  both,
  call,
  EmptyHint,
  FaultNotice,
  goTo,
  PageButtons,
  Section,
  useDo,
  useLoad,
  usePages,
  When,
} from '@rhc/console-shell';
import { Input, Select, Table } from 'antd';
import { type ReactNode, useState } from 'react';
import type { CardsResponse, ResidentsResponse } from '../../src/contract/index.ts';
import { CARD_STATE_TEXTS, type CardState, CardStateTag } from '../words.tsx';

const AT_ONCE = 20;
const MOST_HOLDERS = 10;
const SERIAL = /^[0-9A-Za-z]{10}$/;
type Card = CardsResponse['cards'][number];

/** A serial names one card; anything else names people, whose cards are shown, newest first. */
async function cardsNamed(words: string): Promise<readonly Card[]> {
  const ask = (query: Readonly<Record<string, string>>) => call<CardsResponse>('GET', '/v1/cards', { query });
  if (SERIAL.test(words)) {
    const { cards } = await ask({ issueSerial: words.toUpperCase() });
    if (cards.length > 0) return cards;
  }
  const query = { search: words, limit: MOST_HOLDERS };
  const { residents } = await call<ResidentsResponse>('GET', '/v1/residents', { query });
  const answers = await Promise.all(residents.map(({ id }) => ask({ residentId: id })));
  return answers.flatMap(({ cards }) => cards);
}

export function FindSection(): ReactNode {
  const [state, setState] = useState<CardState | undefined>(undefined);
  const [named, setNamed] = useState<readonly Card[] | null>(null);
  const pages = usePages();
  const { cursor } = pages;
  const page = useLoad(named === null ? `cards ${state ?? ''} ${cursor ?? ''}` : null, (signal) =>
    call<CardsResponse>('GET', '/v1/cards', { signal, query: { state, cursor, limit: AT_ONCE } }),
  );
  const find = useDo(async (words: string) => {
    if (words === '') return setNamed(null);
    const found = await cardsNamed(words);
    const [only, second] = found;
    if (only !== undefined && second === undefined) goTo(`cards/${only.id}`);
    else setNamed(found);
  });
  const next = page.value?.next ?? null;
  return (
    <Section
      title={{ zh: '卡', en: 'Cards' }}
      className="section-long"
      tools={
        <div className="tools">
          <Input.Search
            autoFocus
            allowClear
            aria-label="查找卡 Find a card"
            placeholder="序列号、号码、姓名、电话 serial, ID, name, phone"
            className="search-words"
            loading={find.busy}
            onSearch={(words) => void find.run(words.trim())}
          />
          <Select
            allowClear
            className="place-choice"
            aria-label="状态 State"
            placeholder={both('全部状态', 'All states')}
            value={state ?? null}
            onChange={(chosen: CardState | null | undefined) => {
              setState(chosen ?? undefined);
              setNamed(null);
              pages.restart();
            }}
            options={Object.entries(CARD_STATE_TEXTS).map(([value, { zh, en }]) => ({ value, label: both(zh, en) }))}
          />
          <PageButtons pages={pages} next={next} disabled={named !== null} />
        </div>
      }
    >
      <FaultNotice fault={page.fault ?? find.fault} onRetry={page.reload} />
      <Table
        size="small"
        rowKey="id"
        loading={page.loading && page.value === null && named === null}
        dataSource={[...(named ?? page.value?.cards ?? [])]}
        pagination={false}
        locale={{
          emptyText: (
            <EmptyHint
              text={{ zh: '没有找到卡。', en: 'No card was found.' }}
              next={{
                zh: '核对序列号或持卡人;新卡在柜台制作。',
                en: 'Compare serial or holder; new cards are made at the counter.',
              }}
            />
          ),
        }}
        columns={[
          {
            title: both('发行序列号', 'Issue serial'),
            render: (_, { id, issueSerial }) => (
              <button type="button" className="link-button" onClick={() => goTo(`cards/${id}`)}>
                <code>{issueSerial}</code>
              </button>
            ),
          },
          { title: both('卡号', 'Number'), dataIndex: 'cardNumber', render: (text) => <code>{text}</code> },
          { title: both('状态', 'State'), render: (_, card) => <CardStateTag state={card.state} /> },
          { title: both('订制于', 'Ordered'), render: (_, { orderedAt }) => <When at={orderedAt} /> },
          { title: both('启用于', 'Active since'), render: (_, { activatedAt }) => <When at={activatedAt} /> },
          { title: both('有效期至', 'Valid until'), render: (_, { expiryDate }) => expiryDate ?? '—' },
        ]}
      />
    </Section>
  );
}
