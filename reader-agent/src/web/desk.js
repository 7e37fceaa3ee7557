/**
 * The clinic's desk page. It holds what a card says only while the card lies in the reader: on removal everything is
 * wiped. Names and numbers are masked until the key or button is held. Texts come from the card, so only textContent
 * is used, never markup.
 */
const MASKED = new Set(['name', 'idNumber', 'cardNumber', 'birthDate', 'phone1', 'phone2']);
const IDENTITY = /^(name|sex|ethnicGroup|birthDate|idNumber|expiryDate|phone1|phone2|issuerName)$/;
const token = takeToken();
const byId = (id) => document.getElementById(id);
const state = { summary: null, reader: null, insertion: null, reading: 0 };

/** The token leaves the address bar at once and lives in this tab only. */
function takeToken() {
  const found = /(?:^#|&)token=([^&]+)/.exec(location.hash)?.[1];
  if (found !== undefined) {
    sessionStorage.setItem('rhc-token', decodeURIComponent(found));
    history.replaceState(null, '', location.pathname);
  }
  return sessionStorage.getItem('rhc-token') ?? '';
}

function show(light, zh, en) {
  byId('light').dataset.state = light;
  byId('headline').textContent = zh;
  byId('subline').textContent = en;
}

function showError(error) {
  show('bad', `${error.message.zh}${error.nextStep.zh}`, `${error.message.en} ${error.nextStep.en}`);
}

function wipe() {
  state.summary = null;
  state.insertion = null;
  state.reading += 1;
  byId('card').hidden = true;
  byId('photo').hidden = true;
  byId('photo').removeAttribute('src');
  for (const id of ['alerts', 'identity', 'allergies', 'immunizations', 'contacts', 'timing', 'genuine']) {
    byId(id).replaceChildren();
  }
}

function mask(text) {
  if (text.length <= 1) return '＊';
  return text.length <= 4
    ? `${text[0]}${'＊'.repeat(text.length - 1)}`
    : `${text.slice(0, 3)}${'＊'.repeat(text.length - 5)}${text.slice(-2)}`;
}

function shownValue(element, shown) {
  if (element.value === null || element.value === '') return null;
  if (element.text !== undefined) return `${element.text.zh} ${element.text.en}`;
  if (typeof element.value === 'boolean') return element.value ? '是 yes' : '否 no';
  // Contacts carry other people's names and numbers: all of them are masked.
  return MASKED.has(element.id) || element.masked ? (shown ? element.value : mask(element.value)) : element.value;
}

function rows(target, elements, shown) {
  target.replaceChildren(
    ...elements.flatMap((element) => {
      const value = shownValue(element, shown);
      if (value === null) return [];
      const term = document.createElement('dt');
      term.textContent = element.label.zh;
      term.title = element.label.en;
      const text = document.createElement('dd');
      text.textContent = value;
      return [term, text];
    }),
  );
}

function list(target, texts) {
  const items = texts.length === 0 ? ['无 none'] : texts;
  target.replaceChildren(
    ...items.map((text) => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }),
  );
}

function pill(text, kind = '') {
  const span = document.createElement('span');
  span.textContent = text;
  span.className = kind;
  return span;
}

function render(shown) {
  const { summary } = state;
  if (summary === null) return;
  document.body.classList.toggle('shown', shown);
  const blood = summary.alerts.filter((e) => /blood|rh/i.test(e.id) && e.value !== null);
  const flags = summary.alerts.filter((e) => e.value === true);
  const other = summary.alerts.filter((e) => typeof e.value === 'string' && !blood.includes(e) && e.value !== '');
  const pills = [
    ...summary.allergies.map((a) => pill(`过敏 ALLERGY：${a.substance} → ${a.reaction}`)),
    ...flags.map((e) => pill(`${e.label.zh} ${e.label.en}`)),
    ...other.map((e) => pill(shownValue(e, true) ?? '')),
  ];
  const calm = pills.length === 0 ? [pill('卡上无医学警示 No alerts on the card', 'calm')] : [];
  byId('alerts').toggleAttribute('data-calm', pills.length === 0);
  byId('alerts').replaceChildren(
    ...blood.map((e) => pill(`${e.label.zh}：${shownValue(e, true)}`, 'blood')),
    ...pills,
    ...calm,
  );
  rows(
    byId('identity'),
    summary.identity.filter((e) => IDENTITY.test(e.id)),
    shown,
  );
  rows(
    byId('contacts'),
    summary.contacts.map((e) => ({ ...e, masked: e.text === undefined })),
    shown,
  );
  list(
    byId('allergies'),
    summary.allergies.map((a) => `${a.substance}：${a.reaction}`),
  );
  list(
    byId('immunizations'),
    summary.immunizations.map((i) => `${i.date} ${i.name}`),
  );
  byId('genuine').textContent = summary.genuine ? '✓ 真卡 Genuine card' : '';
  const { totalMs, apdus, keyServiceCalls, stages } = summary.timings;
  const parts = Object.entries(stages).map(([name, ms]) => `${name} ${Math.round(ms)}`);
  byId('timing').textContent =
    `${Math.round(totalMs)} ms（${parts.join(' · ')}） · ${apdus} APDU · ${keyServiceCalls} 次密钥服务 key-service calls`;
  byId('card').hidden = false;
}

async function read() {
  wipe();
  const mine = state.reading;
  byId('read').disabled = true;
  show('busy', '正在读卡，请勿取出', 'Reading, please leave the card');
  try {
    const answer = await fetch('/v1/card/summary', {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'X-RHC-Request': '1' },
      body: JSON.stringify(state.reader === null ? {} : { reader: state.reader }),
    });
    const body = await answer.json();
    // The card was taken out or changed meanwhile: what came is not shown.
    if (mine !== state.reading) return;
    if (!answer.ok) {
      showError(body.error);
      return;
    }
    state.summary = body;
    state.insertion = body.insertion;
    if (body.photo !== null) {
      byId('photo').src = `data:image/jpeg;base64,${body.photo}`;
      byId('photo').hidden = false;
    }
    show('good', '读卡完成，可以取卡', 'Done, you may remove the card');
    render(false);
  } catch {
    if (mine === state.reading)
      show('bad', '读卡程序没有应答，请确认它在运行。', 'The reader agent does not answer; check that it runs.');
  } finally {
    byId('read').disabled = false;
  }
}

function onEvent(event) {
  if (event.event === 'card-inserted') {
    state.reader = event.reader;
    void read();
  } else if (event.event === 'card-removed' || event.event === 'reader-removed') {
    if (state.reader !== null && event.reader !== state.reader) return;
    state.reader = null;
    wipe();
    show('idle', '请放入居民健康卡', 'Please insert the card');
  } else if (event.event === 'error') {
    showError(event.error);
  }
}

/** Events by fetch: EventSource cannot carry the token. */
async function listen() {
  for (;;) {
    try {
      const answer = await fetch('/v1/events', { headers: { Authorization: `Bearer ${token}` } });
      if (answer.status === 401) {
        showError((await answer.json()).error);
        return;
      }
      if (state.summary === null) show('idle', '请放入居民健康卡', 'Please insert the card');
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let pending = '';
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        pending += value;
        const blocks = pending.split('\n\n');
        pending = blocks.pop() ?? '';
        for (const block of blocks) if (block.startsWith('data: ')) onEvent(JSON.parse(block.slice(6)));
      }
    } catch {
      // Falls through to the next attempt.
    }
    wipe();
    show('bad', '与读卡程序的连接中断，正在重连…', 'Connection to the reader agent lost, trying again…');
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

const reveal = byId('reveal');
for (const type of ['pointerdown', 'keydown']) {
  reveal.addEventListener(
    type,
    (e) => (e.type === 'pointerdown' || e.key === ' ' || e.key === 'Enter') && render(true),
  );
}
for (const type of ['pointerup', 'pointerleave', 'pointercancel', 'keyup', 'blur'])
  reveal.addEventListener(type, () => render(false));
document.addEventListener('keydown', (e) => {
  if (e.repeat || e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.key.toLowerCase() === 'r' && !byId('read').disabled) void read();
  if (e.key.toLowerCase() === 's') render(true);
});
document.addEventListener('keyup', (e) => e.key.toLowerCase() === 's' && render(false));
window.addEventListener('blur', () => render(false));
byId('read').addEventListener('click', () => void read());
void listen();
