/** Commands and their status words, from the declarations. */
import { STATUS_WORDS } from '@rhc/card/apdu';
import { cardErrors } from '@rhc/card/commands';
import { COMMAND_FORMS, KNOWN_COMMANDS } from '@rhc/card/explain';
import { code, hex, speaker, table } from './markdown.mjs';

/** @typedef {import('./markdown.mjs').Language} Language */

/** Status words that every command may answer. */
const COMMON = Object.keys(KNOWN_COMMANDS[0]?.statusWords ?? {}).filter((pattern) =>
  KNOWN_COMMANDS.every((command) => command.statusWords[pattern] === KNOWN_COMMANDS[0]?.statusWords[pattern]),
);

/** @param {Readonly<Record<string, string>>} statusWords @param {readonly string[]} patterns @param {Language} language */
function statusTable(statusWords, patterns, language) {
  const say = speaker(language);
  const rows = [...patterns].sort().map((pattern) => {
    const general = STATUS_WORDS.find((word) => word.pattern === pattern);
    const name = statusWords[pattern] ?? '';
    const definition = cardErrors.table[/** @type {keyof typeof cardErrors.table} */ (name)];
    return [
      code(pattern),
      general?.text[language] ?? '–',
      code(name),
      definition?.message[language] ?? '',
      definition?.nextStep[language] ?? '',
    ];
  });
  return table(
    [
      'SW',
      say('含义', 'Meaning'),
      say('错误码', 'Error'),
      say('告诉用户', 'What a person is told'),
      say('下一步', 'Next step'),
    ],
    rows,
  );
}

/** `00 B2 P1 P2`: what is fixed stands as a number. @param {string} name */
function headers(name) {
  const shapes = COMMAND_FORMS.filter((form) => form.command.name === name).map(({ header }) =>
    [
      hex(header.cla, 2),
      hex(header.ins, 2),
      header.p1 === undefined ? 'P1' : hex(header.p1, 2),
      header.p2 === undefined ? 'P2' : hex(header.p2, 2),
    ].join(' '),
  );
  return [...new Set(shapes)].map(code).join(', ') || '–';
}

/** @param {Language} language @returns {readonly string[]} */
export function commandsChapter(language) {
  const say = speaker(language);
  return [
    say('## 5 命令', '## 5 Commands'),
    table(
      [say('命令', 'Command'), 'CLA INS P1 P2', say('作用', 'Purpose'), say('出处', 'Source')],
      KNOWN_COMMANDS.map(({ name, text, clause }) => [
        `[${name}](#${name.toLowerCase().replaceAll(' ', '-')})`,
        headers(name),
        text[language],
        clause,
      ]),
    ),
    say('### 每条命令都可能给出的状态字', '### Status words of every command'),
    say('`9000` 表示成功。', '`9000` is success.'),
    statusTable(KNOWN_COMMANDS[0]?.statusWords ?? {}, COMMON, language),
    ...KNOWN_COMMANDS.flatMap((command) => {
      const own = Object.keys(command.statusWords).filter((pattern) => !COMMON.includes(pattern));
      const words =
        own.length === 0
          ? say('没有自己的状态字。', 'No status words of its own.')
          : statusTable(command.statusWords, own, language);
      return [`### ${command.name}`, `${command.text[language]} · ${headers(command.name)} · ${command.clause}`, words];
    }),
  ];
}
