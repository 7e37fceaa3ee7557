/**
 * `npm run card` as a person starts it: a process of its own, on a card image and on a card in a real pcscd. The card is the
 * manual's, personalized in process with pilot keys.
 */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMPARED_LINKS, exchangeMs, transcriptMs } from '@rhc/card/wire-model';
import { KeptSignatures, publicKeyOf } from '../../scripts/card/example-keys.mjs';
import { personalizePilotCard } from '../../scripts/card/pilot-card.mjs';
import { startReaderStack } from '../../scripts/reader-stack/reader-stack.mjs';
import * as emulator from '../../virtual-card/src/cli/wire-model.ts';
import { ImageFileMemory } from '../../virtual-card/src/memory/index.ts';

const root = join(__dirname, '../..');
const folder = fs.mkdtempSync(join(tmpdir(), 'rhc-card-tool-'));
const image = join(folder, 'cards/one.json');
const rootKeyFile = join(folder, 'root.hex');
const otherKeyFile = join(folder, 'other.hex');

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function card(args: readonly string[], options: { env?: NodeJS.ProcessEnv; input?: string } = {}): Ran {
  const { env = {}, input } = options;
  return spawnSync(process.execPath, [join(root, 'scripts/card.mjs'), ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
  });
}
const onImage = (...args: string[]) => card([...args, '--image', image]);
const jsonOf = (ran: Ran) => JSON.parse(ran.stdout) as never;

beforeAll(async () => {
  const { memory } = await personalizePilotCard(root, new KeptSignatures(root));
  const content = memory.read();
  if (content === null) throw new Error('no chip');
  const random = (length: number) => new Uint8Array(length).fill(7);
  new ImageFileMemory({ path: image, fileSystem: fs, random }).manufacture(content);
  fs.writeFileSync(rootKeyFile, Buffer.from(publicKeyOf('root')).toString('hex'));
  fs.writeFileSync(otherKeyFile, Buffer.from(publicKeyOf('sam')).toString('hex'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('usage', () => {
  test('help in Chinese, in English, for one verb', () => {
    const help = card(['--help']);
    expect(help.status).toBe(0);
    for (const verb of ['list', 'dump', 'apdu', 'explain', 'verify', 'counts']) expect(help.stdout).toContain(verb);
    expect(card(['--help', '--lang', 'en']).stdout).not.toMatch(/\p{Script=Han}/u);
    expect(card(['verify', '--help', '--lang', 'zh']).stdout).toContain('根公钥');
  });
  test.each([
    [['frobnicate']],
    [['explain']],
    [['explain', 'XYZ']],
    [['list', '--colour']],
    [['dump', '--reader', 'a', '--image', 'b']],
    [['dump', '--pilot-keys', '--key-service', 'http://127.0.0.1:1', '--token-file', 'x']],
    [['dump', '--key-service', 'http://127.0.0.1:1']],
    [['explain', '9000', '--in', 'DF09']],
    [['verify', '--image', 'nothing']],
  ])('%p is refused with a sentence, a next step and exit status 2', (args) => {
    const { status, stderr, stdout } = card(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^✗ .+ · .+\n→ .+ · .+\n$/);
  });
  test('nothing at all is the help, and wrong usage', () => {
    expect(card([])).toMatchObject({ status: 2, stdout: expect.stringContaining('npm run card -- list') });
  });
  test('a mistyped argument is not repeated: it may be a PIN', () => {
    const { stderr } = card(['explain', '12x456']);
    expect(stderr).not.toContain('12x456');
  });
  test('an image that is not there', () => {
    expect(card(['dump', '--image', join(folder, 'none.json')])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('CARD_TOOL_IMAGE_MISSING'),
    });
    expect(fs.existsSync(join(folder, 'none.json'))).toBe(false);
  });
});

describe('explain', () => {
  test('a dialogue: the answer belongs to the command before it, SELECT moves', () => {
    const ran = card([
      'explain',
      '--json',
      '00A4000002DDF1',
      '9000',
      '00A4000002EF06',
      '9000',
      '00B2020400',
      '0C01029000',
    ]);
    const told = jsonOf(ran) as { command?: { name: string; elements: string[] }; answer?: { fields: unknown[] } }[];
    expect(told.map(({ command, answer }) => command?.name ?? (answer && 'answer'))).toEqual([
      'SELECT',
      'answer',
      'SELECT',
      'answer',
      'READ RECORD',
      'answer',
    ]);
    expect(told[4]?.command?.elements).toEqual(['sex']);
    expect(told[5]?.answer?.fields.at(-1)).toMatchObject({ raw: '02', meaning: { zh: '2 女', en: '2 Female' } });
  });
  test('standard input, line by line, with remarks', () => {
    const ran = card(['explain', '-', '--in', 'DF02', '--lang', 'en'], { input: '# blocked?\n00A4000002EF07\n6A81\n' });
    expect(ran.stdout).toContain('DF02/EF07 Allergies');
    expect(ran.stdout).toContain('CARD_BLOCKED');
    expect(ran.stdout).not.toMatch(/\p{Script=Han}/u);
  });
});

describe('on an image', () => {
  test('without keys: chip, keys and the free file only', () => {
    const ran = onImage('dump', '--json');
    expect(ran.status).toBe(0);
    const dump = jsonOf(ran) as {
      chip: { state: string; keys: unknown[] };
      files: { file: string; skipped?: unknown; records: { id: string; value: string }[][] }[];
    };
    expect(dump.chip.state).toBe('operational');
    expect(dump.chip.keys).toHaveLength(22);
    expect(dump.files.filter(({ skipped }) => skipped === undefined).map(({ file }) => file)).toEqual(['DDF1/EF05']);
    expect(ran.stdout).not.toContain('田玉兰');
  });
  test('with pilot keys: every file, decoded and raw', () => {
    const ran = onImage('dump', '--json', '--pilot-keys');
    expect(ran.status).toBe(0);
    const { files } = jsonOf(ran) as {
      files: { file: string; records: { id: string; value: unknown; raw: string }[][]; photo?: string }[];
    };
    const elements = files.flatMap(({ records }) => records.flat());
    expect(elements.find(({ id }) => id === 'name')).toMatchObject({
      value: '田玉兰',
      raw: expect.stringMatching(/^CCEFD3F1C0BC0{48}$/),
    });
    expect(files.find(({ file }) => file === 'DF02/EF07')?.records).toHaveLength(2);
    expect(files.find(({ photo }) => photo !== undefined)?.photo).toMatch(/^FFD8FF/);
  });
  test('columns line up although 汉字 take two cells', () => {
    const { stdout } = onImage('dump', '--pilot-keys', '--lang', 'zh');
    const cells = (text: string) =>
      [...text].reduce((sum, char) => sum + (/\p{Script=Han}|[（），]/u.test(char) ? 2 : 1), 0);
    const lines = stdout.split('\n');
    const holder = lines.slice(lines.findIndex((line) => line.startsWith('DDF1/EF06')) + 1).slice(0, 5);
    const starts = holder.map((line) => cells(/^(.*\s{2,}\S.*\s{2,})[0-9A-F]+/.exec(line)?.[1] ?? ''));
    expect(new Set(starts).size).toBe(1);
  });
  test('verify: all held with the root key, incomplete without, failed with another', () => {
    expect(onImage('verify', '--pilot-keys', '--root-key', rootKeyFile).status).toBe(0);
    expect(onImage('verify', '--pilot-keys').status).toBe(3);
    const other = onImage('verify', '--pilot-keys', '--root-key', otherKeyFile, '--json');
    expect(other.status).toBe(1);
    const { checks } = jsonOf(other) as { checks: { what: { en: string }; outcome: string }[] };
    expect(checks.filter(({ outcome }) => outcome === 'failed').map(({ what }) => what.en)).toEqual([
      'issuer certificate',
    ]);
  });
  test('verify with the keys of another suite: not genuine', () => {
    const ran = onImage('verify', '--pilot-keys', '--suite', 'sm-128', '--root-key', rootKeyFile, '--json');
    expect(ran.status).toBe(1);
  });
  test('apdu: explained, exit status by the last answer', () => {
    const ran = onImage('apdu', '00A4000002DDF1', '00A4000002EF05', '00B2390000', '--json');
    expect(ran.status).toBe(0);
    const { exchanges, statusWord } = jsonOf(ran) as { exchanges: { response: string }[]; statusWord: string };
    expect(exchanges.map(({ response }) => response)).toEqual(['9000', '9000', '39031301009000']);
    expect(statusWord).toBe('9000');
    expect(onImage('apdu', '00A4000002EF05').status).toBe(1);
  });
  test('list and counts', () => {
    expect(jsonOf(onImage('list', '--json'))).toEqual([
      expect.objectContaining({
        atr: '3B8B8001520100000000000101000059',
        kind: expect.objectContaining({ id: 'rhc-blank-1' }) as object,
      }),
    ]);
    const rows = jsonOf(card(['counts', '--json'])) as { id: string; apdus: number; least: { total: number } | null }[];
    expect(rows.find(({ id }) => id === 'identity')).toMatchObject({ apdus: 20, least: { total: 20 } });
  });
});

describe('on a card in a reader', () => {
  let stack: Awaited<ReturnType<typeof startReaderStack>>;
  let emulated: ChildProcess;
  const inReader = (...args: string[]) => card(args, { env: { PCSCLITE_CSOCK_NAME: stack.csockName } });
  const listed = () => jsonOf(inReader('list', '--json')) as { reader: string; atr: string | null }[];

  beforeAll(async () => {
    stack = await startReaderStack({ socketDir: join(folder, 'pcscd'), logFile: join(folder, 'pcscd.log') });
    emulated = stack.enter([process.execPath, join(root, 'virtual-card/dist/main.js'), '--image', image], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const deadline = Date.now() + 20_000;
    while (!listed().some(({ atr }) => atr !== null)) {
      if (Date.now() > deadline) throw new Error('the card did not come into the reader');
    }
  }, 60_000);
  afterAll(async () => {
    const ended = once(emulated, 'exit');
    emulated.kill();
    await ended;
    await stack.stop();
  }, 30_000);

  test('list tells every reader, and which card lies in it', () => {
    expect(listed().map(({ atr }) => atr)).toEqual(['3B8B8001520100000000000101000059', null]);
  });
  test('the dump is that of the image', () => {
    const files = (ran: Ran) => (jsonOf(ran) as { files: unknown }).files;
    const through = inReader('dump', '--pilot-keys', '--json');
    expect(through.status).toBe(0);
    expect(files(through)).toEqual(files(onImage('dump', '--pilot-keys', '--json')));
  }, 30_000);
  test('apdu and verify', () => {
    expect(inReader('apdu', '80CA010200').stdout).toContain('5201000000000001');
    expect(inReader('verify', '--pilot-keys', '--root-key', rootKeyFile).status).toBe(0);
  }, 30_000);
  test('a reader without a card, and a reader that is not there', () => {
    const other = listed()[1]?.reader ?? '';
    expect(inReader('dump', '--reader', other)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('CARD_ABSENT'),
    });
    expect(card(['list'], { env: { PCSCLITE_CSOCK_NAME: join(folder, 'nobody') } })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('PCSC_SERVICE_DOWN'),
    });
  }, 30_000);
});

test('the emulator imposes the same wire model that the counts use', () => {
  const exchange = { commandBytes: 21, responseBytes: 258, writtenBytes: 130 };
  const [contactless, ta1of13] = COMPARED_LINKS;
  if (contactless === undefined || ta1of13 === undefined) throw new Error('no links');
  expect(emulator.exchangeMs('contactless', exchange)).toBeCloseTo(exchangeMs(contactless, exchange), 9);
  expect(emulator.exchangeMs('contact', exchange)).toBeCloseTo(exchangeMs(ta1of13, exchange), 9);
  expect(transcriptMs(contactless, [exchange, exchange])).toBeCloseTo(
    2 * emulator.exchangeMs('contactless', exchange),
    9,
  );
});
