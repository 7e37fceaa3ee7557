/** `rhc-agent doctor [--json]`: what keeps this desk from working, and what to do. Status 1 when something is wrong. */
import { loadSettings } from '@rhc/service-shell';
import { examine, type Finding, thisMachine } from './doctor/index.ts';
import { agentSettings } from './settings.ts';

const SIGNS: Readonly<Record<Finding['state'], string>> = { good: '✓', warn: '!', bad: '✗' };
const configFlag = process.argv.indexOf('--config');
const settings = loadSettings(agentSettings, {
  env: process.env,
  file: configFlag === -1 ? undefined : process.argv[configFlag + 1],
});
const findings = await examine(thisMachine({ ...settings, pcscSocket: settings.pcscSocket }));
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
else {
  for (const { title, state, says, next } of findings) {
    process.stdout.write(`${SIGNS[state]} ${title.zh} ${title.en}：${says.zh} · ${says.en}\n`);
    if (next !== null) process.stdout.write(`    → ${next.zh} · ${next.en}\n`);
  }
}
process.exit(findings.some(({ state }) => state === 'bad') ? 1 : 0);
