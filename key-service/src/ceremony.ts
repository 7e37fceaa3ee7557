/** `npm run ceremony -- …`: the pilot of `npm start`, rehearsals, ceremonies in an offline room, and the check of minutes. */
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type HsmConfig, loadCeremonies, loadHsmConfig } from '@rhc/hsm-config';
import { createLogger, failureText } from '@rhc/service-shell';
import { auditBesideLog } from './app.ts';
import { splitNotes } from './audit/checkpoint.ts';
import { holdCeremony, openOfflineRoom, readText, stateFolder } from './ceremony-room.ts';
import { runUnattended } from './domain/ceremony/unattended.ts';
import { keyServiceErrors } from './errors.ts';
import { forbidCoreDumps } from './hsm/process-limits.ts';
import { minutesReportText, verifyMinutes } from './minutes/verify-minutes.ts';
import { conduct } from './terminal/conductor.ts';
import { consoleDesk } from './terminal/console-desk.ts';
import { answeringDesk } from './terminal/desk.ts';
import { rehearsalMaterial } from './terminal/rehearsal-material.ts';
import { versionTable } from './terminal/version-table.ts';
import { writeRecord } from './terminal/write-record.ts';

const hsmConfigRoot = dirname(dirname(fileURLToPath(import.meta.resolve('@rhc/hsm-config'))));
const workerPath = fileURLToPath(new URL('./hsm/worker.js', import.meta.url));
const print = (text: string) => void process.stdout.write(`${text}\n`);
const now = () => new Date();
const policy = {
  production: ['true', '1'].includes(process.env.RHC_KEY_SERVICE_PRODUCTION ?? ''),
  allowSoftToken: process.env.RHC_KEY_SERVICE_ALLOW_SOFT_TOKEN,
};

const OPTIONS = {
  state: { type: 'string' },
  rehearsal: { type: 'boolean' },
  'key-version': { type: 'string' },
  answers: { type: 'string' },
  out: { type: 'string' },
  log: { type: 'string' },
  'no-pdf': { type: 'boolean' },
} as const;

function words() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (cause) {
    throw keyServiceErrors.make('CEREMONY_USAGE', { cause });
  }
}
type Values = ReturnType<typeof words>['values'];

const allScripts = () => loadCeremonies(hsmConfigRoot, readdirSync(join(hsmConfigRoot, 'ceremonies')), readText);
const scriptOf = (id: string): HsmConfig => loadHsmConfig(hsmConfigRoot, id, readText);

/** What `npm start` runs: the script unattended and for real, refused where its keys are not public. */
async function pilot(id: string, state: string): Promise<number> {
  const config = scriptOf(id);
  const logger = createLogger('key-service-ceremony', process.env.RHC_LOG_LEVEL ?? 'silent');
  const started = Date.now();
  const outcome = await holdCeremony({
    ...{ config, workerPath, policy, now },
    folder: stateFolder(state),
    tokenLabel: process.env.RHC_KEY_SERVICE_TOKEN_LABEL ?? 'rhc-pilot',
    beside: (log) => auditBesideLog(log, logger),
  });
  print(versionTable(config, outcome, Date.now() - started));
  return 0;
}

/** From an empty scratch token to active keys and checked minutes, in one command. */
async function rehearse(id: string, values: Values): Promise<number> {
  const started = Date.now();
  const config = scriptOf(id);
  const scratch = mkdtempSync(join(tmpdir(), 'rhc-rehearsal-'));
  const out = values.out ?? join(process.cwd(), 'var', 'rehearsals', basename(scratch).slice('rhc-rehearsal-'.length));
  try {
    const room = await openOfflineRoom({
      ...{ config, workerPath, policy, now },
      folder: stateFolder(scratch),
      tokenLabel: 'REHEARSAL',
    });
    try {
      const keyVersion = config.ceremony.versions === 'asked' ? Number(values['key-version'] ?? 1) : undefined;
      const opened = await room.hall.open({ script: id, mode: 'rehearsal', keyVersion, person: 'terminal' });
      print(`*** 排演 REHEARSAL *** ${config.ceremony.text.zh} · ${config.ceremony.text.en}`);
      const ended = await runUnattended(room.hall, opened.record.id, {
        material: rehearsalMaterial,
        onStep: ({ state }) =>
          print(
            `  · ${Date.now() - started} ms  ${[...state.steps.values()].filter(({ done }) => done).length + 1}/${config.ceremony.steps.length}`,
          ),
      });
      const record = await writeRecord(room, ended.record.id, out, {
        pdf: values['no-pdf'] !== true,
        font: process.env.RHC_PDF_FONT,
      });
      print(minutesReportText(ended.record.id, record.report));
      const { confirmed, activated } = ended.state;
      print(`密钥 keys: ${confirmed.size} 已核对 confirmed, ${activated.size} 启用 active → ${record.folder}`);
      print(`完成 done: ${((Date.now() - started) / 1000).toFixed(1)} s`);
      return ended.state.phase === 'completed' && record.report.faults.length === 0 ? 0 : 1;
    } finally {
      await room.close();
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** People at this terminal; a state folder that holds an unfinished one takes it up. */
async function hold(id: string, state: string, values: Values): Promise<number> {
  const config = scriptOf(id);
  const mode = values.rehearsal === true ? 'rehearsal' : 'real';
  const desk =
    values.answers === undefined
      ? consoleDesk(process.stdin, process.stdout, () => process.exit(130))
      : answeringDesk(JSON.parse(readText(values.answers)) as Record<string, string>, print);
  const room = await openOfflineRoom({
    ...{ config, workerPath, policy, now, scripts: allScripts() },
    folder: stateFolder(state),
    tokenLabel: mode === 'rehearsal' ? 'REHEARSAL' : (process.env.RHC_KEY_SERVICE_TOKEN_LABEL ?? 'rhc'),
  });
  try {
    const going = (await room.hall.list()).find(
      ({ record, state: at }) =>
        record.scriptId === id && record.mode === mode && (at.phase === 'open' || at.phase === 'interrupted'),
    );
    const asked = values['key-version'];
    const keyVersion = asked === undefined ? undefined : Number(asked);
    const ceremony = going ?? (await room.hall.open({ script: id, mode, keyVersion, person: 'terminal' }));
    const readBlocks = (path: string) => JSON.parse(readText(path)) as Record<string, string>;
    const ended = await conduct(ceremony.record.id, { hall: room.hall, desk, readBlocks });
    const record = await writeRecord(room, ended.record.id, values.out ?? join(state, 'record'), {
      pdf: values['no-pdf'] !== true,
      font: process.env.RHC_PDF_FONT,
    });
    print(minutesReportText(ended.record.id, record.report));
    print(`→ ${record.folder}: ${record.files.join(', ')}`);
    return record.report.faults.length === 0 ? 0 : 1;
  } finally {
    desk.close();
    await room.close();
  }
}

/** @throws CEREMONY_USAGE with the file's name when it cannot be read */
function readable(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const rule = { zh: '读不到这个文件', en: 'cannot be read' };
    throw keyServiceErrors.make('CEREMONY_USAGE', { cause, fields: [{ field: path, rule }] });
  }
}

/** 0: they hold, 1: something was changed, 2: could not look. `--log`: a folder as `audit-export` writes it. */
async function verify(files: readonly string[], folder: string): Promise<number> {
  const log = {
    lines: readable(join(folder, 'leaves.jsonl')).toString().split('\n'),
    notes: splitNotes(readable(join(folder, 'checkpoints.txt')).toString()),
    key: createPublicKey(readable(join(folder, 'audit-key.pem'))),
  };
  let faulty = 0;
  for (const file of files) {
    const report = await verifyMinutes(readable(file), log);
    print(minutesReportText(basename(file), report));
    if (report.faults.length > 0) faulty++;
  }
  return faulty === 0 ? 0 : 1;
}

async function main(): Promise<number> {
  // Before a PIN is in this process.
  forbidCoreDumps();
  const { values, positionals } = words();
  const [first, ...rest] = positionals;
  if (first === 'verify-minutes' && rest.length > 0 && values.log !== undefined) return verify(rest, values.log);
  if (first === 'hold' && rest[0] !== undefined && rest.length === 1 && values.state !== undefined) {
    return hold(rest[0], values.state, values);
  }
  if (values.rehearsal === true && rest.length === 0) return rehearse(first ?? 'pilot', values);
  if (first !== undefined && rest.length === 0 && values.state !== undefined) return pilot(first, values.state);
  throw keyServiceErrors.make('CEREMONY_USAGE');
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${failureText(error)}\n`);
  return 2;
});
