/**
 * The clinic's desk page. It holds what a card says only while the card lies in the reader: on removal everything is
 * wiped. Names and numbers are masked until the key or button is held. A form is filled from one reading and says with
 * its insertion and its expected values which card and which content it means.
 */
import { events, openWrites, patchCard, readCard } from './api.js';
import {
  byId,
  render,
  show,
  showError,
  showOpenWrites,
  showOutcome,
  showRefusal,
  showSettled,
  wipeCard,
} from './screen.js';

const RECONNECT_MS = 1000;
const SETTLED_SHOWN_MS = 15_000;
const state = { reading: null, complete: false, reader: null, turn: 0, shown: false, writing: false };

function wipe() {
  state.reading = null;
  state.complete = false;
  state.shown = false;
  state.turn += 1;
  wipeCard();
}

function wipeForm() {
  byId('write').reset();
  byId('outcome').replaceChildren();
}

function reveal(shown) {
  state.shown = shown;
  if (state.reading !== null) render(state.reading, shown);
}

async function read() {
  wipe();
  const mine = state.turn;
  byId('read').disabled = true;
  byId('write-button').disabled = true;
  show('busy', '正在读卡，请勿取出', 'Reading, please leave the card');
  try {
    for await (const { stage: _, ...part } of readCard(state.reader)) {
      // The card was taken out or changed meanwhile: what came is not shown.
      if (mine !== state.turn) return;
      state.reading = { ...state.reading, ...part };
      render(state.reading, state.shown);
    }
    if (mine !== state.turn) return;
    state.complete = true;
    const expired = state.reading.validity.state === 'expired';
    if (expired) show('bad', '卡已过期，请持卡人到发卡窗口换卡。', 'The card has expired; it must be renewed.');
    else show('good', '读卡完成，可以取卡', 'Done, you may remove the card');
  } catch (failure) {
    if (mine !== state.turn) return;
    wipe();
    if (failure?.error !== undefined) showError(failure.error);
    else show('bad', '读卡程序没有应答，请确认它在运行。', 'The reader agent does not answer; check that it runs.');
  } finally {
    byId('read').disabled = false;
    byId('write-button').disabled = !state.complete;
  }
}

/** What the form wants, and what the card must still hold for it. */
function wishOfForm() {
  const patch = {};
  const expected = {};
  const phone = byId('phone').value.trim();
  const substance = byId('substance').value.trim();
  if (phone !== '') {
    patch.phone1 = phone;
    expected.phone1 = state.reading.identity.find(({ id }) => id === 'phone1')?.value ?? null;
  }
  if (substance !== '') {
    const held = state.reading.allergies;
    patch.allergies = [{ substance, reaction: byId('reaction').value.trim() }, ...held].slice(0, 3);
    expected.allergies = held;
  }
  return { patch, expected };
}

async function write() {
  if (!state.complete || state.writing) return;
  const { patch, expected } = wishOfForm();
  if (Object.keys(patch).length === 0) {
    byId('phone').focus();
    return;
  }
  state.writing = true;
  byId('write-button').disabled = true;
  byId('read').disabled = true;
  byId('outcome').replaceChildren();
  show('busy', '正在写卡，请勿取出', 'Writing, please leave the card');
  const { insertion } = state.reading;
  const mine = state.turn;
  try {
    const answer = await patchCard({ id: crypto.randomUUID(), reader: state.reader, insertion, patch, expected });
    await tellOpenWrites();
    if (mine !== state.turn) return;
    byId('write').reset();
    showOutcome(answer);
    if (answer.settled) await read();
    else {
      // What the card holds now nobody knows: nothing of it stays on the screen.
      wipe();
      show('bad', '写卡结果未确认，请重新放入同一张卡。', 'The outcome is not known; insert the same card again.');
    }
  } catch (refusal) {
    if (mine !== state.turn) return;
    if (refusal?.error !== undefined) showRefusal(refusal);
    show('bad', '没有写卡', 'Nothing was written');
  } finally {
    state.writing = false;
    byId('read').disabled = false;
    byId('write-button').disabled = !state.complete;
  }
}

async function tellOpenWrites() {
  showOpenWrites((await openWrites().catch(() => [])).length);
}

function onEvent(event) {
  switch (event.event) {
    case 'connected':
      if (state.reading === null) show('idle', '请放入居民健康卡', 'Please insert the card');
      void tellOpenWrites();
      break;
    case 'card-inserted':
      state.reader = event.reader;
      wipeForm();
      void read();
      break;
    case 'card-removed':
    case 'reader-removed':
      if (state.reader !== null && event.reader !== state.reader) return;
      state.reader = null;
      wipe();
      wipeForm();
      show('idle', '请放入居民健康卡', 'Please insert the card');
      break;
    case 'write-settled':
      showSettled(event.write);
      // The card was there all the time: what it holds now has not been shown yet.
      if (state.reading === null && !byId('read').disabled) void read();
      setTimeout(() => void tellOpenWrites(), SETTLED_SHOWN_MS);
      break;
    case 'error':
      showError(event.error);
      break;
  }
}

async function listen() {
  for (;;) {
    try {
      for await (const event of events()) onEvent(event);
    } catch (failure) {
      if (failure?.error?.code === 'UNAUTHORIZED') {
        showError(failure.error);
        return;
      }
    }
    wipe();
    wipeForm();
    show('bad', '与读卡程序的连接中断，正在重连…', 'Connection to the reader agent lost, trying again…');
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}

const button = byId('reveal');
for (const type of ['pointerdown', 'keydown']) {
  button.addEventListener(
    type,
    (e) => (e.type === 'pointerdown' || e.key === ' ' || e.key === 'Enter') && reveal(true),
  );
}
for (const type of ['pointerup', 'pointerleave', 'pointercancel', 'keyup', 'blur']) {
  button.addEventListener(type, () => reveal(false));
}
const typing = (e) => e.target instanceof HTMLInputElement;
document.addEventListener('keydown', (e) => {
  if (e.key === 'Escape') e.target.blur?.();
  if (typing(e) || e.repeat || e.ctrlKey || e.metaKey || e.altKey) return;
  const key = e.key.toLowerCase();
  if (key === 'r' && !byId('read').disabled) void read();
  if (key === 's') reveal(true);
  if (key === 'w' && state.complete) {
    e.preventDefault();
    byId('phone').focus();
  }
});
document.addEventListener('keyup', (e) => !typing(e) && e.key.toLowerCase() === 's' && reveal(false));
window.addEventListener('blur', () => reveal(false));
byId('read').addEventListener('click', () => void read());
byId('write').addEventListener('submit', (e) => {
  e.preventDefault();
  void write();
});
void listen();
