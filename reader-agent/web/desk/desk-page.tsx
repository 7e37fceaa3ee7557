/** The page of the clinic's desk. Keyboard first: R read, S hold to show, W correct, V visit, P print, M mute. */
import { AudioMutedOutlined, PrinterOutlined, SoundOutlined } from '@ant-design/icons';
import { Both } from '@rhc/console-shell';
import { Alert, Button, Segmented } from 'antd';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import type { HotlistState } from '../../src/contract/index.ts';
import type { Reading } from './agent-streams.ts';
import { Alerts } from './alerts.tsx';
import type { DeskState, DeskStore } from './desk-store.ts';
import { ElementList } from './element-list.tsx';
import { Identity } from './identity.tsx';
import { KEY_SOURCES } from './key-sources.ts';
import { KeysBand } from './keys-band.tsx';
import { MailboxLine } from './mailbox-line.tsx';
import { Outcome, outcomeText } from './outcome.tsx';
import type { ReaderView } from './reader-choice.ts';
import { isMuted, setMuted } from './sounds.ts';
import { SummarySheet } from './summary-sheet.tsx';
import { Visits } from './visits.tsx';
import { WritePanel } from './write-panel.tsx';

const CARDS: Readonly<Record<ReaderView['card'], string>> = {
  none: '空 empty',
  resident: '健康卡 health card',
  blank: '空白卡 blank',
  other: '其他卡 other card',
};

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;

/** Shown as long as key or button is held, and never when the window is not the one looked at. */
function useHold(): readonly [boolean, (held: boolean) => void] {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.toLowerCase() === 's') setHeld(true);
    };
    const up = (event: KeyboardEvent) => event.key.toLowerCase() === 's' && setHeld(false);
    const away = () => setHeld(false);
    addEventListener('keydown', down);
    addEventListener('keyup', up);
    addEventListener('blur', away);
    return () => {
      removeEventListener('keydown', down);
      removeEventListener('keyup', up);
      removeEventListener('blur', away);
    };
  }, []);
  return [held, setHeld];
}

function useShortcuts(actions: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') (event.target as HTMLElement | null)?.blur?.();
      if (isTyping(event.target) || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      const action = actions[event.key.toLowerCase()];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [actions]);
}

/** Moves to a form by its key: the tab is pressed, then its first field gets the focus. */
function focusForm(tab: 'patch' | 'visit'): void {
  document.querySelectorAll<HTMLElement>('#write-kind .ant-segmented-item')[tab === 'patch' ? 0 : 1]?.click();
  requestAnimationFrame(() => document.getElementById(tab === 'patch' ? 'phone' : 'diagnosis')?.focus());
}

function Light({ state, children }: { state: DeskState; children: React.ReactNode }) {
  const { light, headline, subline } = state;
  return (
    <section className="desk-light">
      <span id="light" className="desk-lamp" data-state={light} aria-hidden="true" />
      <div role="status" aria-live="polite" className="desk-words">
        <p id="headline">{headline.zh}</p>
        <p lang="en">{headline.en}</p>
        {subline !== null && (
          <p id="next-step">
            → {subline.zh} <small lang="en">{subline.en}</small>
          </p>
        )}
      </div>
      {children}
    </section>
  );
}

function OpenWrites({ state }: { state: DeskState }) {
  const { settled, openWrites } = state;
  if (settled !== null) {
    const words = (settled.elements ?? []).map(outcomeText).join('；');
    return <Alert id="open-writes" banner type="success" title={`上次写卡已确认 settled：${words}`} />;
  }
  if (openWrites === 0) return null;
  return (
    <Alert
      id="open-writes"
      banner
      type="warning"
      title={`有 ${openWrites} 次写卡结果未确认：请重新放入那张卡。 ${openWrites} write(s) without a known outcome: insert that card again.`}
    />
  );
}

function Readers({ state, store }: { state: DeskState; store: DeskStore }) {
  const withCard = state.readers.filter(({ card, role }) => card !== 'none' && role !== 'sam');
  if (withCard.length < 2) return null;
  return (
    <div className="desk-readers" id="desk-readers">
      <Segmented
        size="small"
        value={state.reader ?? ''}
        onChange={(reader) => store.choose(String(reader))}
        options={withCard.map(({ reader, card }) => ({ value: reader, label: `${reader} · ${CARDS[card]}` }))}
      />
      <small>
        多个读卡器中有卡：显示的是选中的这一张。 <span lang="en">Several cards lie here: the one marked is shown.</span>
      </small>
    </div>
  );
}

function Timing({ reading: { timings } }: { reading: Reading }) {
  if (timings === undefined) return null;
  const { totalMs, apdus, keyServiceCalls, keySource, stages } = timings;
  const parts = Object.entries(stages).map(([name, ms]) => `${name} ${Math.round(ms)}`);
  return (
    <footer id="timing">
      {Math.round(totalMs)} ms（{parts.join(' · ')}） · {apdus} APDU · {keyServiceCalls} 次密钥服务 key-service calls
      {keySource !== undefined && ` · 密钥来自 keys from ${KEY_SOURCES[keySource]}`}
    </footer>
  );
}

/** @param hotlist null: none is set up here, or nothing is known yet */
export function DeskPage({ store, hotlist }: { store: DeskStore; hotlist: HotlistState | null }) {
  const state = useSyncExternalStore(store.subscribe, store.snapshot);
  const [shown, setShown] = useHold();
  const [muted, setMute] = useState(isMuted);
  const [printedAt, setPrintedAt] = useState<number | null>(null);
  const { reading, reader, busy, complete } = state;
  const print = () => {
    if (!complete) return;
    flushSync(() => setPrintedAt(Date.now()));
    window.print();
    setPrintedAt(null);
  };
  const mute = () => {
    setMuted(!muted);
    setMute(!muted);
  };
  const read = () => {
    if (busy === null) void store.read();
  };
  useShortcuts({
    r: read,
    p: print,
    m: mute,
    w: () => complete && focusForm('patch'),
    v: () => complete && focusForm('visit'),
  });
  return (
    <div className="desk">
      <Light state={state}>
        <div className="desk-actions">
          <Button
            id="reveal"
            disabled={reading === null}
            onPointerDown={() => setShown(true)}
            onPointerUp={() => setShown(false)}
            onPointerLeave={() => setShown(false)}
            onPointerCancel={() => setShown(false)}
          >
            <Both zh="按住显示" en="Hold to show (S)" />
          </Button>
          <Button id="read" disabled={busy !== null || reader === null} onClick={read}>
            <Both zh="读卡" en="Read (R)" />
          </Button>
          <Button id="print" icon={<PrinterOutlined />} disabled={!complete} onClick={print}>
            <Both zh="打印" en="Print (P)" />
          </Button>
          <Button
            id="mute"
            icon={muted ? <AudioMutedOutlined /> : <SoundOutlined />}
            aria-pressed={muted}
            aria-label="静音 mute (M)"
            title="静音 Mute (M)"
            onClick={mute}
          />
        </div>
      </Light>
      <KeysBand round={state.keysRound} hotlist={hotlist} />
      <OpenWrites state={state} />
      <MailboxLine report={state.mailbox} />
      <Readers state={state} store={store} />
      {reading !== null && (
        <main id="card" className="desk-card">
          <Alerts reading={reading} />
          <Identity reading={reading} shown={shown} />
          <Visits reading={reading} />
          <WritePanel store={store} state={state} reading={reading} />
          <section className="panel wide" aria-label="联系与证件 contacts">
            <h3>
              联系与证件 <small lang="en">Contacts and documents</small>
            </h3>
            <ElementList
              id="contacts"
              elements={reading.contacts ?? []}
              shown={shown}
              all
              className="elements columns"
            />
          </section>
          <Timing reading={reading} />
        </main>
      )}
      {reading === null && state.outcome !== null && <Outcome answer={state.outcome} refusal={null} />}
      {reading !== null && printedAt !== null && <SummarySheet reading={reading} printedAt={printedAt} />}
    </div>
  );
}
