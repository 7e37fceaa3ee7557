/** `explain`: commands and answers in words, without a card. */
import { createInterface } from 'node:readline';
import { hexToBytes } from '@rhc/card/bytes';
import { explainAnswer, explainCommand, followCommand, unknownContext } from '@rhc/card/explain';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { EXIT, usage } from './failure.mjs';
import { say } from './output.mjs';

/** @typedef {import('@rhc/card/explain').ExplainContext} ExplainContext */

/** @param {string | null} at @returns {ExplainContext} */
export function contextAt(at) {
  const unknown = unknownContext(nationalProfile, rhcBlank1);
  if (at === null) return unknown;
  const file = nationalProfile.files.find(({ id }) => id === at);
  if (file !== undefined) return { ...unknown, directory: file.directory, file: file.id };
  const directory = nationalProfile.directories.find(({ name }) => name === at);
  if (directory === undefined) {
    throw usage(
      `--in 的 ${at} 不是卡上的目录或文件（例如 DF02、DF02/EF05）`,
      `--in ${at} is no directory or file of the card (for example DF02, DF02/EF05)`,
    );
  }
  return { ...unknown, directory: directory.name, file: null };
}

/** @param {string} word */
export function bytesOfWord(word) {
  try {
    return hexToBytes(word.replaceAll(/[\s:]/g, ''));
  } catch {
    // The word itself may be a PIN: it is not repeated.
    throw usage(`${word.length} 个字符的参数不是十六进制`, `an argument of ${word.length} characters is not hex`);
  }
}

/** Words of the command line, or lines of standard input. @param {readonly string[]} words */
export async function hexWords(words) {
  if (words.length === 1 && words[0] === '-') {
    const lines = [];
    for await (const line of createInterface({ input: process.stdin })) {
      const bare = line.replace(/#.*/, '').trim();
      if (bare !== '') lines.push(bare);
    }
    return lines;
  }
  return words;
}

/** @param {Uint8Array} bytes @param {ExplainContext} context */
function commandOrNull(bytes, context) {
  try {
    return explainCommand(bytes, context);
  } catch {
    return null;
  }
}

/** @param {import('./output.mjs').Output} output @param {import('@rhc/card/explain').ExplainedCommand} told */
export function printCommand(output, told) {
  const travels = {
    none: null,
    mac: { zh: '带 MAC', en: 'with a MAC' },
    'encipher-and-mac': { zh: '密文加 MAC', en: 'enciphered, with a MAC' },
  }[told.protection];
  say(`→ ${told.name}  ${output.text(told.text)}`);
  output.table([
    ['CLA INS P1 P2', told.header, travels ?? ''],
    ...told.fields.map(({ label, raw, meaning }) => [label, raw, meaning ?? '']),
    ...(told.files.length === 0 ? [] : [[{ zh: '文件', en: 'file' }, told.files.join(', '), '']]),
    ...(told.clause === null ? [] : [[{ zh: '出处', en: 'source' }, told.clause, '']]),
  ]);
}

/** @param {import('./output.mjs').Output} output @param {import('@rhc/card/explain').ExplainedAnswer} told */
export function printAnswer(output, told) {
  say(`← ${told.statusWord}  ${output.text(told.text)}`);
  const rows = [
    ...told.fields.map(({ label, raw, meaning }) => [label, raw, meaning ?? '']),
    ...(told.outcome === null
      ? []
      : [
          [told.outcome.code, '', told.outcome.message],
          [{ zh: '下一步', en: 'next step' }, '', told.outcome.nextStep],
        ]),
  ];
  output.table(rows);
}

/** @param {import('./options.mjs').Options} options @param {import('./output.mjs').Output} output */
export async function explain(options, output) {
  const words = await hexWords(options.words);
  if (words.length === 0) throw usage('缺少十六进制参数', 'hex arguments are missing');
  let context = contextAt(options.at);
  /** @type {Uint8Array | null} */
  let command = null;
  const results = [];
  for (const word of words) {
    const bytes = bytesOfWord(word);
    if (bytes.length < 2)
      throw usage('命令至少 4 字节，应答至少 2 字节', 'a command has at least 4 bytes, an answer 2');
    const told = commandOrNull(bytes, context);
    // After a command, what is no command of this card is its answer; so is what no command can be.
    if (told !== null && (told.known || command === null) && bytes.length >= 4) {
      results.push({ command: told });
      if (!options.json) printCommand(output, told);
      command = bytes;
      continue;
    }
    const answer = explainAnswer(bytes, context, command);
    results.push({ answer });
    if (!options.json) printAnswer(output, answer);
    if (command !== null) context = followCommand(context, command, bytes);
    command = null;
  }
  if (options.json) output.json(results);
  return EXIT.ok;
}
