/** What the desk shows of a card. Texts come from the card, so only textContent is used, never markup. */
const MASKED = new Set(['name', 'idNumber', 'cardNumber', 'birthDate', 'phone1', 'phone2']);
const IDENTITY = ['name', 'sex', 'birthDate', 'ethnicGroup', 'idNumber', 'phone1', 'phone2'];
const CLEARED = ['alerts', 'identity', 'immunizations', 'contacts', 'visits', 'timing', 'genuine', 'validity'];
const OUTCOMES = {
  applied: ['✓', '已写入，回读一致', 'written and read back'],
  'not applied': ['✗', '未写入，卡上没有', 'not written; the card does not hold it'],
  unknown: ['？', '未确认：请重新放入同一张卡', 'not known: insert the same card again'],
};
const NAMES = { phone1: '本人电话 phone', allergies: '过敏 allergies', visit: '就诊记录 visit', photo: '照片 photo' };

export const byId = (id) => document.getElementById(id);

export function show(light, zh, en) {
  byId('light').dataset.state = light;
  byId('headline').textContent = zh;
  byId('subline').textContent = en;
}

export function showError(error) {
  show('bad', `${error.message.zh}${error.nextStep.zh}`, `${error.message.en} ${error.nextStep.en}`);
}

export function wipeCard() {
  byId('card').hidden = true;
  byId('photo').hidden = true;
  byId('photo').removeAttribute('src');
  for (const id of CLEARED) byId(id).replaceChildren();
  // How many allergies there were and whether the card had expired is the card's too.
  byId('displaced').hidden = true;
  byId('alerts').removeAttribute('data-calm');
  byId('validity').removeAttribute('data-state');
  document.body.classList.remove('shown');
}

function make(tag, text, className = '') {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}

function mask(text) {
  if (text.length <= 1) return '＊';
  if (text.length <= 4) return `${text[0]}${'＊'.repeat(text.length - 1)}`;
  return `${text.slice(0, 3)}${'*'.repeat(text.length - 5)}${text.slice(-2)}`;
}

function shownValue(element, shown, all = false) {
  if (element.value === null || element.value === '') return null;
  if (element.text !== undefined) return `${element.text.zh} ${element.text.en}`;
  if (typeof element.value === 'boolean') return element.value ? '是 yes' : '否 no';
  return (all || MASKED.has(element.id)) && !shown ? mask(element.value) : element.value;
}

function rows(target, elements, shown, all) {
  const pairs = elements.flatMap((element) => {
    const value = shownValue(element, shown, all);
    if (value === null) return [];
    const term = make('dt', element.label.zh);
    term.title = element.label.en;
    const text = make('dd', value);
    text.dataset.id = element.id;
    return [term, text];
  });
  target.replaceChildren(...pairs);
}

function alerts({ alerts: elements, allergies }) {
  const blood = elements.filter((e) => /^blood/.test(e.id) && e.value !== null);
  const flags = elements.filter((e) => e.value === true);
  const other = elements.filter((e) => typeof e.value === 'string' && e.value !== '' && !blood.includes(e));
  const pills = [
    ...allergies.map((a) => make('span', `过敏 ALLERGY：${a.substance}${a.reaction === '' ? '' : ` → ${a.reaction}`}`)),
    ...flags.map((e) => make('span', `${e.label.zh} ${e.label.en}`)),
    ...other.map((e) => make('span', shownValue(e, true) ?? '')),
  ];
  const calm = pills.length === 0;
  byId('alerts').toggleAttribute('data-calm', calm);
  byId('alerts').replaceChildren(
    ...blood.map((e) => make('span', `${e.label.zh}：${shownValue(e, true)}`, 'blood')),
    ...pills,
    ...(calm ? [make('span', '卡上无医学警示 No alerts on the card', 'calm')] : []),
  );
}

const SIGNATURES = {
  valid: ['good', '签名有效 signature valid'],
  invalid: ['bad', '签名无效 SIGNATURE INVALID'],
  unsigned: ['', '未签名 unsigned'],
  'not-checked': ['', '签名未核验 signature not checked'],
};

function timeline(visits) {
  const items = visits.map(({ kind, date, visit, signature }) => {
    const item = make('li', '');
    const [mood, words] = SIGNATURES[signature.state];
    const diagnoses = (visit.diagnoses ?? []).flatMap(({ name }) => name ?? []).join('、');
    item.append(
      make('time', (date ?? '').replace('T', ' ').slice(0, 16)),
      make('strong', kind === 'inpatient' ? '住院 inpatient' : '门诊 outpatient'),
      make('span', [visit.institutionName, visit.department ?? visit.admissionDepartment].filter(Boolean).join(' ')),
      make('span', diagnoses),
      make('small', words, mood),
    );
    return item;
  });
  byId('visits').replaceChildren(...(items.length === 0 ? [make('li', '卡上无就诊记录 none on the card')] : items));
}

function marks({ genuine, validity }) {
  // Keys that cannot tell leave it unsaid: no mark is better than a false one.
  byId('genuine').textContent = genuine ? '✓ 真卡 Genuine card' : '';
  const expired = validity.state === 'expired';
  byId('validity').dataset.state = validity.state;
  byId('validity').textContent =
    validity.expiryDate === null ? '' : `${expired ? '✗ 已过期 EXPIRED' : '有效至 valid to'} ${validity.expiryDate}`;
}

/** All that is known so far of `reading`; each part when it has come. */
export function render(reading, shown) {
  document.body.classList.toggle('shown', shown);
  marks(reading);
  const byName = new Map(reading.identity.map((element) => [element.id, element]));
  rows(
    byId('identity'),
    IDENTITY.flatMap((id) => byName.get(id) ?? []),
    shown,
  );
  if (reading.alerts !== undefined) {
    alerts(reading);
    const lines = reading.immunizations.map(({ date, name }) => make('li', `${date} ${name}`));
    byId('immunizations').replaceChildren(...(lines.length === 0 ? [make('li', '无 none')] : lines));
    byId('displaced').hidden = reading.allergies.length < 3;
  }
  if (typeof reading.photo === 'string' && byId('photo').hidden) {
    byId('photo').src = `data:image/jpeg;base64,${reading.photo}`;
    byId('photo').hidden = false;
  }
  // Contacts carry other people's names and numbers: all of them are masked.
  if (reading.contacts !== undefined) rows(byId('contacts'), reading.contacts, shown, true);
  if (reading.visits !== undefined) timeline(reading.visits);
  if (reading.timings !== undefined) {
    const { totalMs, apdus, keyServiceCalls, stages } = reading.timings;
    const parts = Object.entries(stages).map(([name, ms]) => `${name} ${Math.round(ms)}`);
    byId('timing').textContent =
      `${Math.round(totalMs)} ms（${parts.join(' · ')}） · ${apdus} APDU · ${keyServiceCalls} 次密钥服务 key-service calls`;
  }
  byId('card').hidden = false;
}

export function showOutcome({ elements, failure }) {
  const lines = (elements ?? []).map(({ id, outcome }) => {
    const [sign, zh, en] = OUTCOMES[outcome];
    const line = make('li', `${sign} ${NAMES[id] ?? id}：${zh} ${en}`);
    line.dataset.outcome = outcome;
    return line;
  });
  if (failure != null) lines.push(make('li', `${failure.message.zh}${failure.nextStep.zh}`, 'bad'));
  byId('outcome').replaceChildren(...lines);
}

export function showRefusal({ error }) {
  const faults = (error.fields ?? []).map(({ field, rule }) => `${NAMES[field] ?? field}：${rule.zh} ${rule.en}`);
  const texts = [`✗ ${error.message.zh}${error.nextStep.zh}`, ...faults];
  byId('outcome').replaceChildren(...texts.map((text) => make('li', text, 'bad')));
}

/** Stays on the screen without a card: somebody holds a card of which nobody knows what it holds. */
export function showOpenWrites(count) {
  byId('open-writes').hidden = count === 0;
  byId('open-writes').textContent =
    count === 0
      ? ''
      : `有 ${count} 次写卡结果未确认：请重新放入那张卡。 ${count} write(s) without a known outcome: insert that card again.`;
}

export function showSettled({ elements }) {
  const words = (elements ?? []).map(
    ({ id, outcome }) => `${NAMES[id] ?? id} ${OUTCOMES[outcome][0]} ${OUTCOMES[outcome][1]}`,
  );
  byId('open-writes').hidden = false;
  byId('open-writes').textContent = `上次写卡已确认 settled：${words.join('；')}`;
}
