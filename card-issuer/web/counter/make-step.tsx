/**
 * The chip is written: a blank into the reader, Enter, and the bar follows the service's events. The card may be pulled at any
 * time; put back, it goes on. What was read back is shown before the next step.
 */
import { Both, call, EmptyHint, FaultNotice, StatusTag, useDo, useEvents, useLoad } from '@rhc/console-shell';
import { Alert, Progress, Radio } from 'antd';
import { type ReactNode, useState } from 'react';
import type { AgentsResponse, CardResponse } from '../../src/contract/index.ts';
import { CardStateTag } from '../words.tsx';
import { type Action, StepFrame } from './step-frame.tsx';

const CARD_MS = 1_000;
const READERS_MS = 1_500;
/** The desk at which this browser stands; no personal data. */
const DESK_NAME = 'rhc-counter-desk';

/** What happens, and the part of the bar that it takes, in per cent: the number of APDUs is known stage by stage only. */
const STAGES: Readonly<Record<string, readonly [zh: string, en: string, from: number, to: number]>> = {
  'chip-status': ['识别芯片', 'looking at the chip', 0, 3],
  'keys-prepare': ['准备密钥', 'preparing keys', 3, 8],
  'chip-write': ['写入', 'writing', 8, 78],
  compare: ['逐字节比对', 'comparing', 78, 80],
  'keys-finish': ['完成密钥', 'finishing keys', 80, 84],
  'chip-seal': ['锁定', 'sealing', 84, 90],
  'chip-prove': ['反证检验', 'proving', 90, 96],
  'keys-verify': ['验证密钥', 'verifying keys', 96, 99],
  done: ['完成', 'done', 100, 100],
};

interface Progressed {
  readonly cardId: string | null;
  readonly type: string;
  readonly detail: { readonly stage?: string | null; readonly apdusDone?: number; readonly apdusTotal?: number };
}

interface Desk {
  readonly agentId: string;
  readonly reader: string;
}

interface Props {
  readonly card: CardResponse;
  onCard(card: CardResponse): void;
  onNext(): void;
  onBack(): void;
}

export function MakeStep({ card, onCard, onNext, onBack }: Props): ReactNode {
  const [live, setLive] = useState<Progressed['detail'] | null>(null);
  const now = useLoad(
    `card ${card.id}`,
    async (signal) => {
      const answer = await call<CardResponse>('GET', `/v1/cards/${card.id}`, { signal });
      onCard(answer);
      return answer;
    },
    CARD_MS,
  );
  useEvents<Progressed>('/v1/events', ({ cardId, type, detail }) => {
    if (cardId !== card.id) return;
    if (type === 'progress') setLive(detail);
    if (['personalized', 'rejected', 'interrupted'].includes(type)) now.reload();
  });
  const agents = useLoad('agents', (signal) => call<AgentsResponse>('GET', '/v1/agents', { signal }), READERS_MS);
  const desks = desksFor(agents.value, card.id);
  const [chosen, setChosen] = useState(() => localStorage.getItem(DESK_NAME) ?? '');
  const desk = desks.find((each) => nameOf(each) === chosen) ?? desks[0];
  const start = useDo(async () => {
    if (desk === undefined) return;
    localStorage.setItem(DESK_NAME, nameOf(desk));
    const body = { agent: desk.agentId, reader: desk.reader };
    onCard(await call<CardResponse>('POST', `/v1/cards/${card.id}/personalize`, { body }));
    now.reload();
  });
  const running = card.job?.state === 'running';
  const made = card.verdict !== null && !['ordered', 'personalizing', 'failed'].includes(card.state);
  const main: Action = made
    ? { label: { zh: '下一步:打印', en: 'Next: print' }, hotkey: 'Enter', run: onNext }
    : {
        label:
          card.job === null ? { zh: '开始制卡', en: 'Make the card' } : { zh: '继续制卡', en: 'Go on making the card' },
        hotkey: 'Enter',
        run: () => void start.run(),
        busy: start.busy || running,
        disabled: desk === undefined,
      };
  return (
    <StepFrame
      task={
        made
          ? { zh: '制卡完成,回读一致', en: 'Made, and read back as written' }
          : running
            ? { zh: '正在制卡,请勿取卡', en: 'Being made: leave the card in the reader' }
            : { zh: '把空白卡放进读卡器,回车开始', en: 'Put a blank card into the reader; Enter begins' }
      }
      actions={[main, ...(made || running ? [] : [{ label: BACK, hotkey: 'Escape', run: onBack } as const])]}
    >
      <p className="counter-who">
        <strong>{card.residentName}</strong> <code>{card.issueSerial}</code> <CardStateTag state={card.state} />
      </p>
      <FaultNotice fault={start.fault ?? now.fault} onRetry={() => void start.run()} />
      {!made && !running && <Desks desks={desks} chosen={desk} known={agents.value !== null} onChoose={setChosen} />}
      {!made && card.job?.error != null && !running && (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={<Both {...card.job.error.message} />}
          description={
            <>
              → <Both {...card.job.error.nextStep} />
            </>
          }
        />
      )}
      {!made && card.job !== null && <Bar job={card.job} live={running ? live : null} />}
      {made && <Verdict card={card} />}
    </StepFrame>
  );
}

const BACK = { zh: '返回查找', en: 'Back to look-up' };
const nameOf = ({ agentId, reader }: Desk): string => `${agentId} ${reader}`;

/** Where this card's chip lies; before it has one, where a blank lies. */
function desksFor(agents: AgentsResponse | null, cardId: string): Desk[] {
  const all = (agents?.agents ?? []).flatMap(({ agentId, readers }) => readers.map((each) => ({ ...each, agentId })));
  const ours = all.filter((each) => each.cardId === cardId);
  const blanks = all.filter((each) => each.card?.cardFactor != null && each.cardId === null && each.state === 'free');
  return ours.length > 0 ? ours : blanks;
}

function Desks({
  desks,
  chosen,
  known,
  onChoose,
}: {
  desks: readonly Desk[];
  chosen: Desk | undefined;
  known: boolean;
  onChoose: (name: string) => void;
}): ReactNode {
  if (!known) return null;
  if (desks.length === 0) {
    return (
      <EmptyHint
        text={{ zh: '读卡器里没有空白卡。', en: 'There is no blank card in a reader.' }}
        next={{
          zh: '放入一张空白卡;没有读卡器时请启动读卡器代理并接好读卡器。',
          en: 'Put one in; without a reader, start the agent and plug the reader in.',
        }}
      />
    );
  }
  return (
    <Radio.Group
      className="counter-desks"
      aria-label="读卡器 Reader"
      value={chosen === undefined ? '' : nameOf(chosen)}
      onChange={({ target }) => onChoose(String(target.value))}
      options={desks.map((desk) => ({ value: nameOf(desk), label: `${desk.reader} · ${desk.agentId}` }))}
    />
  );
}

function Bar({ job, live }: { job: NonNullable<CardResponse['job']>; live: Progressed['detail'] | null }): ReactNode {
  const [done, total] = [live?.apdusDone ?? job.apdusDone, live?.apdusTotal ?? job.apdusTotal];
  const stage = live?.stage ?? job.stage;
  const [zh, en, from, to] = STAGES[stage ?? ''] ?? ['等待', 'waiting', 0, 0];
  const share = stage === 'chip-write' && total > 0 ? done / total : 0;
  return (
    <div className="counter-bar" aria-live="polite">
      <Progress percent={Math.floor(from + (to - from) * share)} size={['100%', 18]} status="active" />
      <p>
        <Both zh={zh} en={en} />{' '}
        <span className="quiet">
          {done} / {total} APDU · 第 {job.attempt} 次 attempt
        </span>
      </p>
    </div>
  );
}

function Verdict({ card: { verdict, cardFactor } }: { card: CardResponse }): ReactNode {
  if (verdict === null) return null;
  const { readBack, genuine, negativeControl, keys } = verdict;
  return (
    <ul className="counter-verdict">
      <li>
        <StatusTag state={readBack.equal ? 'good' : 'bad'}>
          回读 {readBack.bytes} 字节,{readBack.differences} 处差异 read back, {readBack.differences} differences
        </StatusTag>
      </li>
      <li>
        <StatusTag state={genuine ? 'good' : 'bad'}>芯片真伪检验通过 genuine chip</StatusTag> <code>{cardFactor}</code>
      </li>
      <li>
        <StatusTag state={negativeControl === null ? 'warn' : 'good'}>
          反证:未分散主密钥被拒 {negativeControl ?? '—'} negative control
        </StatusTag>
      </li>
      <li>
        <StatusTag state="good">密钥 {keys.length} 个,校验值一致 keys with their check values</StatusTag>
      </li>
    </ul>
  );
}
