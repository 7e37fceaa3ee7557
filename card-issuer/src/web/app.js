/** Pages of the issuing counter. No framework; every text goes in by textContent, so nothing from data becomes markup. */
const $ = (id) => document.getElementById(id);
/** States, moves, reasons and fees as the service declares them. */
let lifeCycle = { states: {}, moves: [], reasons: {}, replacement: [], suspensionHours: 0 };
const stateText = (state) => (lifeCycle.states[state] ? both(lifeCycle.states[state]) : '—');
const REPLACEABLE = ['active', 'replacing', 'lost', 'expired', 'cancelled', 'returned', 'destroyed'];
/** The form that is open: path, body besides reason and people, idempotency key. */
let asked = null;
const OUTCOMES = { taken: '已登记 taken', known: '早已登记 known', refused: '拒绝 refused' };
const both = (text) => `${text.zh} ${text.en}`;
let shownCard = null;

const fromUrl = new URLSearchParams(location.hash.slice(1)).get('token');
if (fromUrl) {
  sessionStorage.setItem('token', fromUrl);
  // The token must not stay in the address bar, the history or a screenshot.
  history.replaceState(null, '', location.pathname);
}

async function call(method, path, body, headers = {}) {
  const json = body !== undefined && !(body instanceof Blob);
  const response = await fetch(path, {
    method,
    headers: {
      authorization: `Bearer ${sessionStorage.getItem('token') ?? ''}`,
      ...(json ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  if (response.status === 401) signIn();
  const { message, nextStep, fields = [] } = answer.error;
  const rules = fields.map((fault) => `${fault.field}：${both(fault.rule)}`).join('；');
  throw new Error([both(message), rules, `→ ${both(nextStep)}`].filter(Boolean).join(' '));
}

function tell(error) {
  $('problem').hidden = error === null;
  $('problem').textContent = error?.message ?? '';
}
const attempt = (work) => async (event) => {
  event?.preventDefault();
  try {
    tell(null);
    await work(event);
  } catch (error) {
    tell(error);
  }
};

function element(tag, text, className) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}
function button(text, work) {
  const made = element('button', text);
  made.type = 'button';
  made.addEventListener('click', attempt(work));
  return made;
}

async function showResidents() {
  const { residents, total } = await call('GET', `/v1/residents?search=${encodeURIComponent($('search').value)}`);
  $('status').textContent = `居民 ${total} residents`;
  $('residents').replaceChildren(
    ...residents.map((resident) => {
      const row = document.createElement('tr');
      const cells = [resident.name, resident.birthDate, resident.documentNumber, stateText(resident.cardState)];
      row.append(...cells.map((text) => element('td', text)), actions(resident));
      row.className = resident.cardId === shownCard && shownCard !== null ? 'shown' : '';
      return row;
    }),
  );
}

function actions(resident) {
  const cell = document.createElement('td');
  const { cardId, cardState } = resident;
  const personalize = async (id) => {
    await showCard(id);
    await call('POST', `/v1/cards/${id}/personalize`, {});
  };
  if (cardId === null) {
    cell.append(
      button('发卡 Issue', async () => {
        const headers = { 'idempotency-key': crypto.randomUUID() };
        const card = await call('POST', '/v1/cards', { residentId: resident.id }, headers);
        await showResidents();
        await personalize(card.id);
      }),
    );
    return cell;
  }
  cell.append(button('查看 Show', () => showCard(cardId)));
  if (['ordered', 'personalizing', 'failed'].includes(cardState)) {
    cell.append(button('个人化 Personalize', () => personalize(cardId)));
  }
  if (['personalized', 'in-delivery'].includes(cardState)) {
    cell.append(
      button('启用 Activate', async () => {
        await call('POST', `/v1/cards/${cardId}/activate`, {});
        await showCard(cardId);
        await showResidents();
      }),
    );
  }
  return cell;
}

async function showCard(id) {
  if (shownCard !== id) {
    closeMove();
    $('card-receipt').textContent = '';
  }
  shownCard = id;
  const [card, history] = await Promise.all([call('GET', `/v1/cards/${id}`), call('GET', `/v1/cards/${id}/history`)]);
  showMoves(card);
  showHistory(card, history.moves);
  $('card').hidden = false;
  $('card-title').replaceChildren(
    element('strong', card.residentName),
    element('span', stateText(card.state), `state ${card.state}`),
    element('small', `序列号 serial ${card.issueSerial} · 芯片 chip ${card.cardFactor ?? '—'}`),
  );
  if (card.job) showProgress(card.job);
  const { verdict, job } = card;
  const error = job?.error;
  $('card-verdict').className = verdict ? 'good' : error ? 'refused' : '';
  $('card-verdict').textContent = verdict
    ? `✓ 回读 ${verdict.readBack.bytes} 字节一致，真卡，错误密钥被拒 ${verdict.negativeControl ?? '—'} · read back equal, genuine, a wrong key is refused`
    : error
      ? `${both(error.message)} → ${both(error.nextStep)}`
      : '';
}

function showMoves(card) {
  const buttons = card.moves.map((name) => {
    const { text, reasons, twoPeople } = lifeCycle.moves.find(({ move }) => move === name);
    return button(both(text), () =>
      openMove({ title: both(text), path: `/v1/cards/${card.id}/moves`, body: { move: name }, reasons, twoPeople }),
    );
  });
  if (card.successor === null && REPLACEABLE.includes(card.state)) {
    const reasons = lifeCycle.replacement.map(({ reason }) => reason);
    const title = '补换卡 Replace';
    buttons.push(
      button(title, () =>
        openMove({ title, path: `/v1/cards/${card.id}/replacement`, body: {}, reasons, twoPeople: false }),
      ),
    );
  }
  $('card-moves').replaceChildren(...buttons);
}

function openMove(move) {
  asked = { ...move, key: crypto.randomUUID() };
  const fees = new Map(lifeCycle.replacement.map(({ reason, feeFen }) => [reason, feeFen]));
  $('move-title').textContent = move.title;
  $('move-reason').replaceChildren(
    ...move.reasons.map((reason) => {
      const fee = 'move' in move.body ? 0 : fees.get(reason);
      const option = element('option', `${both(lifeCycle.reasons[reason])}${fee ? ` · ${yuan(fee)}` : ''}`);
      option.value = reason;
      return option;
    }),
  );
  $('move-two-people').hidden = !move.twoPeople;
  $('move').hidden = false;
  $('move-reason').focus();
}

function closeMove() {
  asked = null;
  $('move').hidden = true;
}

async function confirmMove() {
  const { path, body, key } = asked;
  const request = { ...body, reason: $('move-reason').value };
  const { card, receipt, approval } = await call('POST', path, request, { 'idempotency-key': key });
  closeMove();
  await showCard(card.id);
  await showResidents();
  const waits = approval ? '已提请审批，等待第二人 Waits for a second person' : '';
  $('card-receipt').textContent = receipt ? receiptText(receipt) : waits;
}

const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;
const localTime = (at) => new Date(at).toLocaleString('zh-CN', { timeZone: 'Asia/Shanghai', hour12: false });
function receiptText({ number, feeFen, reason, validUntil }) {
  const until = validUntil === null ? '' : ` · 有效至 until ${localTime(validUntil)}`;
  return `回执 Receipt ${number} · ${both(lifeCycle.reasons[reason])} · ${yuan(feeFen)}${until}`;
}

function showHistory(card, moves) {
  const line = ({ move, actor, witness, reason, at }) => {
    const { text } = lifeCycle.moves.find((entry) => entry.move === move);
    const why = lifeCycle.reasons[reason] ? both(lifeCycle.reasons[reason]) : reason;
    return [localTime(at), both(text), why, witness ? `${actor} + ${witness}` : actor].filter(Boolean).join(' · ');
  };
  const ends = [card.suspendedUntil && `挂失至 suspended until ${localTime(card.suspendedUntil)}`];
  $('card-history-list').replaceChildren(
    ...[...moves.map(line), ...ends.filter(Boolean)].map((text) => element('li', text)),
  );
}

function showProgress(progress) {
  $('progress').max = Math.max(progress.apdusTotal, 1);
  $('progress').value = progress.apdusDone;
  $('card-progress').textContent =
    `${progress.apdusDone}/${progress.apdusTotal} APDU · ${progress.batches} 批 batches · 密钥服务 ${progress.keyServiceCalls} 次 calls · ${progress.stage ?? ''}`;
}

async function showReaders() {
  const { agents } = await call('GET', '/v1/agents');
  const lines = agents.flatMap((agent) =>
    agent.readers.map(
      (reader) =>
        `${agent.agentId} · ${reader.reader} · ${reader.card ? (reader.card.cardFactor ?? '非本系统卡 foreign card') : '空 empty'}`,
    ),
  );
  $('readers').replaceChildren(
    ...(lines.length ? lines : ['没有读卡器在线 No reader is connected']).map((line) => element('li', line)),
  );
}

async function importRoster() {
  const [file] = $('roster').files;
  const result = await call('POST', `/v1/imports?dryRun=${$('dry-run').checked}`, file, { 'content-type': 'text/csv' });
  $('import-result').textContent =
    `共 ${result.rows}，登记 ${result.taken} taken，已有 ${result.known} known，拒绝 ${result.refused} refused`;
  $('import-report').hidden = false;
  $('import-rows').replaceChildren(
    ...result.report.map((line) => {
      const row = document.createElement('tr');
      const reasons = line.faults.map((fault) => `${fault.field}：${both(fault.rule)}`);
      if (line.nextStep) reasons.push(`→ ${both(line.nextStep)}`);
      row.append(
        element('td', String(line.row)),
        element('td', line.name),
        element('td', OUTCOMES[line.outcome], line.outcome),
        element('td', reasons.join('；')),
      );
      return row;
    }),
  );
  await showResidents();
}

/** Always a dry run: the file says what would happen, and nothing is enrolled by it. */
async function downloadReport() {
  if (!$('import').reportValidity()) return;
  const [file] = $('roster').files;
  const headers = { authorization: `Bearer ${sessionStorage.getItem('token') ?? ''}`, 'content-type': 'text/csv' };
  const response = await fetch('/v1/imports?dryRun=true&report=csv', { method: 'POST', headers, body: file });
  if (!response.ok) {
    const { message, nextStep } = (await response.json()).error;
    throw new Error(`${both(message)} → ${both(nextStep)}`);
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = 'roster-report.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}

/** EventSource cannot carry a token, so the stream is read by fetch. */
async function follow() {
  const headers = { authorization: `Bearer ${sessionStorage.getItem('token') ?? ''}` };
  const response = await fetch('/v1/events', { headers });
  if (!response.ok) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      const data = part.split('\n').find((line) => line.startsWith('data: '));
      if (data) await happened(JSON.parse(data.slice(6)));
    }
  }
}

async function happened(event) {
  if (event.type === 'agents') return showReaders();
  if (event.type === 'progress') {
    if (event.cardId === shownCard) showProgress(event.detail);
    return;
  }
  if (event.cardId === shownCard) await showCard(shownCard);
  await showResidents();
}

async function keepFollowing() {
  for (;;) {
    await follow().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

function signIn() {
  $('desk').hidden = true;
  $('sign-in').hidden = false;
  $('token').focus();
}
const open = attempt(async () => {
  lifeCycle = await call('GET', '/v1/life-cycle');
  await showResidents();
  await showReaders();
  $('sign-in').hidden = true;
  $('desk').hidden = false;
  void keepFollowing();
});

$('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem('token', $('token').value.trim());
  void open();
});
$('move').addEventListener('submit', attempt(confirmMove));
$('move-cancel').addEventListener('click', closeMove);
$('import-file').addEventListener('click', attempt(downloadReport));
$('import').addEventListener('submit', attempt(importRoster));
$('search').addEventListener('input', attempt(showResidents));
if (sessionStorage.getItem('token')) void open();
else signIn();
