/** Read-only page. The access token comes in the address's fragment (#token=…), which no server ever sees. */
const STATES = {
  'pre-active': '预置 pre-active',
  active: '启用 active',
  suspended: '挂起 suspended',
  deactivated: '停用 deactivated',
  compromised: '泄露 compromised',
  destroyed: '销毁 destroyed',
};
const presented = new URLSearchParams(location.hash.slice(1)).get('token');
if (presented !== null) {
  sessionStorage.setItem('token', presented);
  history.replaceState(null, '', location.pathname);
}
const byId = (id) => document.getElementById(id);
const element = (name, text, className = '') =>
  Object.assign(document.createElement(name), { textContent: text, className });

async function get(path) {
  const response = await fetch(path, { headers: { authorization: `Bearer ${sessionStorage.getItem('token') ?? ''}` } });
  const body = await response.json();
  if (response.ok) return body;
  throw new Error(
    `${body.error.message.zh} ${body.error.message.en} → ${body.error.nextStep.zh} ${body.error.nextStep.en}`,
  );
}

async function show() {
  const { ready, token, workers, version } = await get('/v1/status');
  byId('state').textContent = ready ? '就绪 Ready' : '未就绪 Not ready';
  const rows = {
    '标签 Label': token?.label,
    '型号 Model': token?.model,
    '序列号 Serial': token?.serial,
    '工作进程 Workers': workers,
    '版本 Version': version,
  };
  byId('token').replaceChildren(
    ...Object.entries(rows).flatMap(([name, value]) => [element('dt', name), element('dd', String(value ?? '—'))]),
  );
  byId('answers').replaceChildren(
    ...(token?.knownAnswers ?? []).map(({ name, passed }) => element('li', name, passed ? 'passed' : 'failed')),
  );
  const { slots } = await get('/v1/slots');
  byId('slots').replaceChildren(
    ...slots.flatMap(({ slot, levels, versions }) =>
      versions.map(({ version: number, state, kcv }) => {
        const row = document.createElement('tr');
        row.append(
          element('td', slot),
          element('td', String(levels)),
          element('td', `v${number}`),
          element('td', STATES[state] ?? state),
          element('td', kcv, 'kcv'),
        );
        return row;
      }),
    ),
  );
}
show().catch((error) => {
  byId('state').textContent = error.message;
});
