/** Who is it? By number, name, initials or phone, or by the card that lies in the reader. Several: a digit chooses. */
import { Both, call, FaultNotice, Remedy, useDo, useLoad } from '@rhc/console-shell';
import { Alert, Input } from 'antd';
import { type ReactNode, useState } from 'react';
import { IDENTITY_NUMBER_RULES, parseIdentityNumber } from '../../src/contract/identity-number.ts';
import type { AgentsResponse, CardResponse, ResidentsResponse } from '../../src/contract/index.ts';
import { CARD_STATE_TEXTS, type CardState } from '../words.tsx';
import { useDigitChoice } from './digit-choice.ts';
import { StepFrame, useFocusOn } from './step-frame.tsx';

const READERS_MS = 2_000;
const SHOWN = 9;
type Found = ResidentsResponse['residents'][number];

interface Props {
  onOpen(residentId: string): void;
  onNew(words: { readonly documentNumber: string; readonly name: string }): void;
}

const looksLikeNumber = (text: string): boolean => /^[\dXx]{15,18}$/.test(text);

export function LookUpStep({ onOpen, onNew }: Props): ReactNode {
  const [words, setWords] = useState('');
  /** Null before a search; empty: nobody. */
  const [found, setFound] = useState<readonly Found[] | null>(null);
  useFocusOn('input', null);
  const wanted = words.trim();
  const parsed = parseIdentityNumber(wanted.toUpperCase());
  const fault = looksLikeNumber(wanted) && !parsed.ok ? IDENTITY_NUMBER_RULES[parsed.fault] : null;
  const search = useDo(async () => {
    const query = { search: wanted, limit: SHOWN };
    const { residents } = await call<ResidentsResponse>('GET', '/v1/residents', { query });
    const [only, second] = residents;
    if (only !== undefined && second === undefined) onOpen(only.id);
    else if (only === undefined && parsed.ok) onNew({ documentNumber: wanted.toUpperCase(), name: '' });
    else setFound(residents);
  });
  const agents = useLoad('agents', (signal) => call<AgentsResponse>('GET', '/v1/agents', { signal }), READERS_MS);
  const inReader = agents.value?.agents.flatMap(({ readers }) => readers).find(({ cardId }) => cardId !== null)?.cardId;
  const openCard = useDo(async () => {
    const { residentId } = await call<CardResponse>('GET', `/v1/cards/${inReader}`);
    onOpen(residentId);
  });
  useDigitChoice(
    (found ?? []).map(({ id }) => id),
    onOpen,
  );
  const nobody = found?.length === 0;
  const enrol = () =>
    onNew(/\d/.test(wanted) ? { documentNumber: wanted, name: '' } : { documentNumber: '', name: wanted });
  return (
    <StepFrame
      task={{ zh: '输入身份证号码、姓名或电话,回车查找', en: 'Enter the identity number, name or phone' }}
      focusMain={nobody}
      actions={[
        nobody
          ? { label: { zh: '登记新居民', en: 'Enrol a new resident' }, hotkey: 'Enter', run: enrol }
          : {
              label: { zh: '查找', en: 'Look up' },
              hotkey: 'Enter',
              run: () => void search.run(),
              busy: search.busy,
              disabled: wanted === '' || fault !== null,
            },
        {
          label: { zh: '用读卡器里的卡', en: 'By the card in the reader' },
          hotkey: 'F4',
          run: () => void openCard.run(),
          busy: openCard.busy,
          disabled: inReader == null,
        },
      ]}
    >
      <Input
        className="counter-words"
        size="large"
        aria-label="查找居民 Look up a resident"
        placeholder="号码、姓名、电话 ID, name, phone"
        autoComplete="off"
        maxLength={60}
        value={words}
        status={fault === null ? '' : 'error'}
        onChange={({ target }) => {
          setWords(target.value);
          setFound(null);
        }}
        onPressEnter={() => {
          if (wanted !== '' && fault === null) void search.run();
        }}
      />
      {fault !== null && (
        <p className="counter-fault" role="alert">
          <Both {...fault.rule} /> <Remedy {...fault} />
        </p>
      )}
      <FaultNotice fault={search.fault ?? openCard.fault} />
      {nobody && (
        <Alert
          type="info"
          showIcon
          title={<Both zh="没有登记过。" en="Not enrolled yet." />}
          description={
            <Both zh="→ 核对证件后按回车登记;或改正后再查。" en="Enter enrols; or correct it and look again." />
          }
        />
      )}
      {found !== null && found.length > 0 && <Matches found={found} onOpen={onOpen} />}
    </StepFrame>
  );
}

function Matches({ found, onOpen }: { found: readonly Found[]; onOpen: (id: string) => void }): ReactNode {
  return (
    <ol className="counter-matches" aria-label="找到的居民 Residents found">
      {found.map(({ id, name, birthDate, documentNumber, cardState }, at) => (
        <li key={id}>
          <button type="button" onClick={() => onOpen(id)}>
            <kbd>{at + 1}</kbd> <strong>{name}</strong> {birthDate} <code>{documentNumber}</code>{' '}
            <span className="quiet">
              {cardState === null ? '无卡 no card' : (CARD_STATE_TEXTS[cardState as CardState]?.zh ?? cardState)}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
