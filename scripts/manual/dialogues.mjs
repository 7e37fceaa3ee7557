/** Dialogues as sequence diagrams with the bytes of a real run, every exchange explained from the declarations. */
import { bytesToHex } from '@rhc/card/bytes';
import { contextAfterReset, explainAnswer, explainCommand, followCommand } from '@rhc/card/explain';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { code, details, fence, speaker, table } from './markdown.mjs';

/** @typedef {import('./markdown.mjs').Language} Language */
/** @typedef {import('../card/pilot-card.mjs').RecordedExchange} RecordedExchange */

const DIAGRAM_BYTES = 24;
const TABLE_BYTES = 64;
/** Beyond it a dialogue is drawn in runs, and listed in its transcript only. */
const LONG_APDUS = 120;
/** Commands whose data the key service or the SAM computes. */
const FROM_KEYS = new Set(['EXTERNAL AUTHENTICATE', 'WRITE KEY', 'RETIRE KEY', 'END PERSONALIZATION']);

/** @param {Uint8Array} bytes @param {number} most */
function shortHex(bytes, most) {
  if (bytes.length <= most) return bytesToHex(bytes);
  return `${bytesToHex(bytes.slice(0, most - 4))}…${bytesToHex(bytes.slice(-2))} (${bytes.length})`;
}

/**
 * Every exchange with its explanation, the context followed from reset.
 * @param {readonly RecordedExchange[]} exchanges
 */
function explained(exchanges) {
  let context = contextAfterReset(nationalProfile, rhcBlank1);
  return exchanges.map(({ command, answer }) => {
    const told = explainCommand(command, context);
    const outcome = explainAnswer(answer, context, command);
    const at = context.file ?? context.directory ?? '';
    context = followCommand(context, command, answer);
    return { command, answer, told, outcome, at };
  });
}

/** @typedef {ReturnType<typeof explained>[number]} Explained */

/** What the command is about, in few words. @param {Explained} exchange @param {Language} language */
function subject({ told }, language) {
  if (told.keys.length === 1) return told.keys[0] ?? '';
  if (told.elements.length === 1) return nationalProfile.element(told.elements[0] ?? '').element.text[language];
  if (told.name === 'SELECT') return (told.fields[0]?.meaning?.[language] ?? '').split(' ')[0] ?? '';
  if (told.name === 'GET CHALLENGE') return '';
  return told.fields.find(({ meaning }) => meaning !== null)?.meaning?.[language] ?? '';
}

/**
 * Runs of one command, the SELECTs between them swallowed.
 * @param {readonly Explained[]} exchanges
 */
function runs(exchanges) {
  /** @type {{ name: string, members: Explained[] }[]} */
  const found = [];
  const names = exchanges.map(({ told }) => told.name);
  const dense = exchanges.length > LONG_APDUS;
  for (const [index, exchange] of exchanges.entries()) {
    const last = found.at(-1);
    const next = names.slice(index + 1).find((name) => name !== 'SELECT');
    const between = dense && exchange.told.name === 'SELECT' && next === last?.name;
    if (last !== undefined && (last.name === exchange.told.name || between)) last.members.push(exchange);
    else found.push({ name: exchange.told.name, members: [exchange] });
  }
  return found;
}

/** Mermaid takes ; and # as its own. @param {string} text */
const safe = (text) => text.replaceAll(';', ',').replaceAll('#', ' ');

/** @param {readonly RecordedExchange[]} exchanges @param {Language} language */
function diagram(exchanges, language) {
  const say = speaker(language);
  const lines = [
    'sequenceDiagram',
    `  participant T as ${say('终端', 'terminal')}`,
    `  participant C as ${say('卡', 'card')}`,
    `  participant K as ${say('密钥服务或 SAM', 'key service or SAM')}`,
  ];
  for (const { members } of runs(explained(exchanges))) {
    const [first] = members;
    if (first === undefined) continue;
    const { told, command, answer } = first;
    if (FROM_KEYS.has(told.name) || told.protection !== 'none') {
      lines.push(`  T->>K: ${say('随机数 R', 'challenge R')}`);
      lines.push(
        `  K-->>T: ${told.name === 'EXTERNAL AUTHENTICATE' ? 'A, R_T' : told.protection === 'mac' ? 'MAC' : say('密文, MAC', 'cipher, MAC')}`,
      );
    }
    const about = subject(first, language);
    lines.push(
      `  T->>C: ${safe(`${told.name}${about === '' ? '' : ` ${about}`}`)}<br/>${shortHex(command, DIAGRAM_BYTES)}`,
    );
    lines.push(`  C-->>T: ${shortHex(answer, DIAGRAM_BYTES)}`);
    const more = members.filter(({ told: { name } }) => name === told.name).length - 1;
    if (more > 0) lines.push(`  Note over T,C: ${say(`同样再 ${more} 条`, `${more} more of these`)}`);
  }
  return fence('mermaid', lines.join('\n'));
}

/** @param {readonly RecordedExchange[]} exchanges @param {Language} language */
function listing(exchanges, language) {
  const say = speaker(language);
  const rows = explained(exchanges).map((exchange, index) => [
    String(index + 1),
    exchange.told.name,
    subject(exchange, language),
    code(shortHex(exchange.command, TABLE_BYTES)),
    code(shortHex(exchange.answer, TABLE_BYTES)),
    exchange.outcome.text[language],
  ]);
  return table(
    [
      '',
      say('命令', 'Command'),
      say('对象', 'About'),
      say('命令字节', 'Command bytes'),
      say('应答', 'Answer'),
      say('状态', 'Status'),
    ],
    rows,
  );
}

/**
 * @param {readonly { dialogue: import('../card/dialogues.mjs').Dialogue, exchanges: readonly RecordedExchange[] }[]} runsOfCard
 * @param {Language} language @returns {readonly string[]}
 */
export function dialoguesChapter(runsOfCard, language) {
  const say = speaker(language);
  return [
    say('## 6 对话', '## 6 Dialogues'),
    say(
      '字节来自进程内虚拟卡的真实运行：试点密钥（公开）、固定种子的随机数。长数据只显示头尾，括号内为字节数。任何一条都可用 `npm run card -- explain` 解释。',
      'The bytes come from real runs of the card in process, with the public pilot keys and seeded random numbers. Long data is cut, its length in brackets. `npm run card -- explain` explains any of them.',
    ),
    ...runsOfCard.flatMap(({ dialogue, exchanges }) => [
      `### ${dialogue.text[language]}`,
      diagram(exchanges, language),
      exchanges.length > LONG_APDUS
        ? say(
            `全部 ${exchanges.length} 条 APDU 见 [记录](../../test-vectors/transcripts/${dialogue.id}.jsonl)（密钥已隐去）。`,
            `All ${exchanges.length} APDUs: [transcript](../../test-vectors/transcripts/${dialogue.id}.jsonl), keys redacted.`,
          )
        : details(
            say(`全部 ${exchanges.length} 条 APDU`, `all ${exchanges.length} APDUs`),
            listing(exchanges, language),
          ),
    ]),
  ];
}
