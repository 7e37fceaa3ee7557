/** The command line of the tool, read once. */
import { parseArgs } from 'node:util';
import { usage } from './failure.mjs';
import { VERBS } from './help.mjs';

/** @typedef {ReturnType<typeof parseOptions>} Options */

const SUITES = /** @type {const} */ (['intl-128', 'sm-128', 'pboc-3des']);
const text = /** @type {const} */ ({ type: 'string' });
const flag = /** @type {const} */ ({ type: 'boolean' });

/** @param {readonly string[]} words */
function parsed(words) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        reader: text,
        image: text,
        'pilot-keys': flag,
        'key-service': text,
        'token-file': text,
        'root-key': text,
        suite: text,
        in: text,
        raw: flag,
        'all-visits': flag,
        json: flag,
        lang: text,
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const sentence = error instanceof Error ? (error.message.split('. ')[0] ?? '') : '';
    throw usage(`无法识别的选项：${sentence}`, `unknown option: ${sentence}`);
  }
}

/** @param {readonly string[]} words */
export function parseOptions(words) {
  const { values, positionals } = parsed(words);
  const [verb = null, ...rest] = positionals;
  const suite = SUITES.find((name) => name === (values.suite ?? 'intl-128'));
  const language = values.lang ?? null;
  if (verb !== null && !(verb in VERBS)) throw usage(`没有命令 ${verb}`, `no verb ${verb}`);
  if (suite === undefined) throw usage(`--suite 只能是 ${SUITES.join('、')}`, `--suite is one of ${SUITES.join(', ')}`);
  if (language !== null && language !== 'zh' && language !== 'en')
    throw usage('--lang 只能是 zh 或 en', '--lang is zh or en');
  if (values.reader !== undefined && values.image !== undefined) {
    throw usage('--reader 与 --image 只能选一', 'give --reader or --image, not both');
  }
  const keyService = values['key-service'];
  if (values['pilot-keys'] === true && keyService !== undefined) {
    throw usage('--pilot-keys 与 --key-service 只能选一', 'give --pilot-keys or --key-service, not both');
  }
  if ((keyService === undefined) !== (values['token-file'] === undefined)) {
    throw usage('--key-service 与 --token-file 须一起给出', '--key-service and --token-file go together');
  }
  return {
    verb,
    words: rest,
    help: values.help === true,
    json: values.json === true,
    language: /** @type {'zh' | 'en' | null} */ (language),
    reader: values.reader ?? null,
    image: values.image ?? null,
    pilotKeys: values['pilot-keys'] === true,
    keyService: keyService === undefined ? null : { url: keyService, tokenFile: values['token-file'] ?? '' },
    rootKeyFile: values['root-key'] ?? null,
    suite,
    at: values.in ?? null,
    raw: values.raw === true,
    allVisits: values['all-visits'] === true,
  };
}
