/** The token and its slots with their key check values, as the account prints them. */
import { dim, row, section, table, verdict } from './print.mjs';

/** @param {import('./api.mjs').Api} keyService */
export async function printToken(keyService) {
  const status = await keyService.demand('GET', '/v1/status');
  const slots = await keyService.demand('GET', '/v1/slots');
  section('密码机与密钥', 'token and keys');
  const { token } = status;
  if (token === null) return verdict(false, '没有密码设备', 'no token is attached');
  row('设备 token', `${token.model} ${dim(`${token.label} · ${token.serial}`)}`);
  row('算法套件 suite', `${slots.suite}  ${dim(`${status.workers} HSM worker(s)`)}`);
  /** @type {string[]} */
  const lines = slots.slots.map((/** @type {any} */ slot) => {
    const versions = slot.versions.map(
      (/** @type {any} */ v) => `v${v.version} ${v.kcv}${v.state === 'active' ? '' : ` ${v.state}`}`,
    );
    return `${slot.slot.padEnd(9)} ${versions.join(' ')}`;
  });
  const rows = [];
  for (let at = 0; at < lines.length; at += 3) rows.push(lines.slice(at, at + 3));
  table(rows, 4);
  const passed = token.knownAnswers.filter((/** @type {any} */ answer) => answer.passed).length;
  const good = status.ready && passed === token.knownAnswers.length;
  return verdict(
    good,
    `${slots.slots.length} 个密钥位，已知答案测试 ${passed}/${token.knownAnswers.length}`,
    `${slots.slots.length} key slots, known-answer tests ${passed}/${token.knownAnswers.length}; masters never leave the token`,
  );
}
