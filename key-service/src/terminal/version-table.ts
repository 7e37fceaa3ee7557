/** The table that the unattended pilot prints: slots with their versions and check values. Pure. */
import type { HsmConfig } from '@rhc/hsm-config';
import type { CeremonyOutcome } from '../ceremony-room.ts';

const STATES: Readonly<Record<string, string>> = { active: '启用 active', 'pre-active': '预置 pre-active' };

export function versionTable({ ceremony, hierarchy }: HsmConfig, outcome: CeremonyOutcome, spentMs: number): string {
  const { token, versions, changes } = outcome;
  return [
    `${ceremony.text.zh} · ${ceremony.text.en}`,
    `令牌 token: ${token.label} · ${token.model} · ${token.serial} · ${outcome.tokenCreated ? '新建 created' : '已有 present'}`,
    `已知答案测试 known answers: ${token.knownAnswers.map(({ name }) => `${name} ✓`).join('  ')}`,
    '',
    '槽位 slot     密钥版本与校验值 versions with check values (ENC0)',
    ...hierarchy.slots.map(({ name }) => {
      const own = versions.filter((each) => each.slot === name);
      const cells = own.map(({ version, kcv, state }) => `v${version} ${kcv} ${STATES[state] ?? state}`);
      return `${name.padEnd(12)}  ${cells.join('   ')}`;
    }),
    '',
    changes === 0
      ? '没有变化:仪式早已完成。 Nothing changed: the ceremony was complete.'
      : `完成:${changes} 项变更,${spentMs} 毫秒。 Done: ${changes} changes, ${spentMs} ms.`,
  ].join('\n');
}
