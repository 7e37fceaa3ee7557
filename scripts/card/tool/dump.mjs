/** `dump`: everything that the card shows to these keys, decoded beside the bytes. */
import { cardFactorFromAtr } from '@rhc/card/apdu';
import { bytesToHex } from '@rhc/card/bytes';
import { isRhcError } from '@rhc/card/errors';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { openCard } from './card-source.mjs';
import { chipFacts, openSession } from './chip.mjs';
import { EXIT, shownError } from './failure.mjs';
import { kindOf } from './list.mjs';
import { dim, say } from './output.mjs';
import { terminalKeys } from './terminal-keys.mjs';

const SHOWN_BYTES = 24;

/** @typedef {{ id: string, item: number, label: import('@rhc/card/errors').Text, value: string | boolean | null, text?: import('@rhc/card/errors').Text, raw: string }} Element */
/** @typedef {{ file: string, text: import('@rhc/card/errors').Text, records: readonly (readonly Element[])[], photo?: string | null, flags?: readonly boolean[], skipped?: import('@rhc/card/errors').Text, error?: { code: string, message: import('@rhc/card/errors').Text, nextStep: import('@rhc/card/errors').Text } }} FileDump */

/** @param {readonly import('@rhc/card/session').DecodedElement[]} elements */
const plain = (elements) => elements.map(({ raw, ...element }) => ({ ...element, raw: bytesToHex(raw) }));

/** @param {import('./options.mjs').Options} options @param {import('./output.mjs').Output} output */
export async function dump(options, output) {
  const keys = await terminalKeys(options);
  const card = await openCard(options);
  try {
    const chip = await chipFacts(card);
    const factor = cardFactorFromAtr(card.atr, rhcBlank1);
    const head = {
      card: card.name,
      atr: bytesToHex(card.atr),
      kind: kindOf(card.atr),
      cardFactor: factor === null ? null : bytesToHex(factor),
      chip,
    };
    const personalized = factor !== null && (chip === null || chip.state === 'operational');
    const files = personalized ? await readFiles(await openSession(card, options, keys), options, keys !== null) : [];
    if (options.json) output.json({ ...head, files });
    else print(output, options, head, files);
    return files.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.ok;
  } finally {
    await card.close();
  }
}

/** @param {import('@rhc/card/session').CardSession} session @param {import('./options.mjs').Options} options @param {boolean} withKeys */
async function readFiles(session, { allVisits }, withKeys) {
  /** @type {FileDump[]} */
  const dumps = [];
  /** @type {Map<string, readonly boolean[]>} */
  const indexes = new Map();
  for (const file of nationalProfile.files) {
    const head = { file: file.id, text: file.text };
    if (!withKeys && file.read.kind !== 'free') {
      dumps.push({ ...head, records: [], skipped: { zh: '需要密钥', en: 'needs keys' } });
      continue;
    }
    const slot = file.structure === 'transparent' ? file.index : undefined;
    if (slot !== undefined && !allVisits && indexes.get(slot.file)?.[slot.recordNumber - 1] !== true) {
      dumps.push({ ...head, records: [], skipped: { zh: '空', en: 'empty' } });
      continue;
    }
    try {
      dumps.push({ ...head, ...(await readOne(session, file, indexes)) });
    } catch (error) {
      const shown = shownError(error);
      if (shown === null) throw error;
      dumps.push({ ...head, records: [], error: { code: shown.code, message: shown.text, nextStep: shown.nextStep } });
      // A card that is gone answers no further file.
      if (!isRhcError(error) || /^(READER|PCSC|CARD_(REMOVED|CHANGED|MUTE))/.test(shown.code)) break;
    }
  }
  return dumps;
}

/** @param {import('@rhc/card/session').CardSession} session @param {import('@rhc/card/profile').ElementaryFile} file @param {Map<string, readonly boolean[]>} indexes */
async function readOne(session, file, indexes) {
  switch (file.structure) {
    case 'fixed-records': {
      const flags = await session.readIndex(file.id);
      indexes.set(file.id, flags);
      return { records: [], flags };
    }
    case 'cyclic':
      return { records: (await session.readCyclicRecords(file.id)).map(plain) };
    case 'tlv-records':
      return { records: [plain(await session.readFile(file.id))] };
    case 'transparent': {
      if (file.elements.length > 0) return { records: [plain(await session.readFile(file.id))] };
      const photo = await session.readPhoto();
      return { records: [], photo: photo === null ? null : bytesToHex(photo) };
    }
  }
}

/** @param {import('./output.mjs').Output} output @param {import('./options.mjs').Options} options @param {{ card: string, atr: string, kind: ReturnType<typeof kindOf>, cardFactor: string | null, chip: Awaited<ReturnType<typeof chipFacts>> }} head @param {readonly FileDump[]} files */
function print(output, options, head, files) {
  output.table([
    [{ zh: '卡', en: 'card' }, head.card, head.kind.text],
    ['ATR', head.atr, ''],
    [{ zh: '卡分散因子', en: 'card factor' }, head.cardFactor ?? '–', ''],
  ]);
  if (head.chip !== null) {
    const { state, masterKeyVersion, filesCreated, commits, product, applications, keys } = head.chip;
    output.section('芯片', 'Chip');
    output.table([
      [{ zh: '产品', en: 'product' }, product ?? '–'],
      [{ zh: '状态', en: 'state' }, state],
      [{ zh: '主控密钥版本', en: 'MK version' }, String(masterKeyVersion)],
      [{ zh: '文件', en: 'files' }, String(filesCreated)],
      [{ zh: '写入次数', en: 'commits' }, String(commits)],
      ...(applications === null
        ? []
        : [
            [
              { zh: '应用', en: 'applications' },
              Object.entries(applications)
                .map(([name, is]) => `${name} ${is}`)
                .join(', '),
            ],
          ]),
    ]);
    output.section('密钥', 'Keys');
    output.table([
      [{ zh: '槽', en: 'slot' }, 'KID', { zh: '版本', en: 'version' }, { zh: '剩余次数', en: 'tries left' }],
      ...keys.map(({ slot, directory, kid, version, triesLeft }) => [
        slot ?? `${directory ?? '?'}`,
        kid.toString(16).toUpperCase().padStart(2, '0'),
        String(version),
        triesLeft === null ? '–' : String(triesLeft),
      ]),
    ]);
    if (files.length === 0)
      output.say(
        '此卡尚未个人化或已锁定，没有可读的文件。',
        'The card is not personalized, or blocked: there is no file to read.',
      );
  }
  for (const file of files) printFile(output, options, file);
  if (files.some(({ skipped }) => skipped?.en === 'needs keys')) {
    say();
    output.say(
      '其余文件请加 --pilot-keys 或 --key-service URL --token-file F。',
      'For the other files add --pilot-keys or --key-service URL --token-file F.',
    );
  }
}

/** @param {import('./output.mjs').Output} output @param {import('./options.mjs').Options} options @param {FileDump} file */
function printFile(output, options, file) {
  if (file.skipped !== undefined) {
    say(`${file.file} ${output.text(file.text)}: ${dim(output.text(file.skipped))}`);
    return;
  }
  output.section(`${file.file} ${file.text.zh}`, file.text.en);
  if (file.error !== undefined) {
    output.table([
      [file.error.code, file.error.message],
      ['→', file.error.nextStep],
    ]);
  }
  if (file.flags !== undefined) {
    output.table(
      file.flags.map((held, i) => [String(i + 1), held ? { zh: '有效', en: 'valid' } : { zh: '空', en: 'empty' }]),
    );
  }
  if (file.photo !== undefined) {
    say(
      file.photo === null
        ? `  ${output.text({ zh: '无照片', en: 'no photo' })}`
        : `  JPEG ${file.photo.length / 2} bytes  ${cut(file.photo, options.raw)}`,
    );
  }
  for (const record of file.records) {
    const shown = record.filter(({ value }) => options.raw || record.length < 40 || value !== null);
    output.table(
      shown.map((element) => [
        String(element.item),
        element.label,
        value(output, element),
        dim(cut(element.raw, options.raw)),
      ]),
    );
  }
}

/** @param {import('./output.mjs').Output} output @param {Element} element */
function value(output, { value: held, text }) {
  if (held === null) return '–';
  if (typeof held === 'boolean') return output.text(held ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' });
  const shown = held.length > 2 * SHOWN_BYTES ? `${held.slice(0, 2 * SHOWN_BYTES)}…` : held;
  return text === undefined ? shown : `${shown} ${output.text(text)}`;
}

/** @param {string} hex @param {boolean} whole */
function cut(hex, whole) {
  return whole || hex.length <= 2 * SHOWN_BYTES ? hex : `${hex.slice(0, 2 * SHOWN_BYTES)}… (${hex.length / 2})`;
}
