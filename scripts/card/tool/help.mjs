/** Help, in Chinese and English. */

/** @typedef {import('@rhc/card/errors').Text} Text */

/** @type {Readonly<Record<string, { readonly usage: string, readonly text: Text, readonly more?: Text }>>} */
export const VERBS = {
  list: {
    usage: 'list',
    text: { zh: '列出读卡器、卡、ATR 与卡的种类', en: 'readers, cards, ATR and kind of card' },
  },
  dump: {
    usage: 'dump [--raw] [--pilot-keys | --key-service URL --token-file F]',
    text: { zh: '卡上全部可读内容：译文与原始字节', en: 'all that can be read: decoded and raw bytes' },
    more: {
      zh: '不给密钥时只有芯片状态、密钥清单和自由读文件。--raw 显示完整字节；--all-visits 也读标志为空的就诊文件。',
      en: 'Without keys: chip state, list of keys and the free file. --raw shows the bytes in full; --all-visits also reads slots whose flag is empty.',
    },
  },
  apdu: {
    usage: 'apdu HEX… | apdu -',
    text: {
      zh: '依次发送命令，应答逐条解释（- 从标准输入逐行读取）',
      en: 'send commands, each answer explained (- reads lines from standard input)',
    },
  },
  explain: {
    usage: 'explain HEX… | explain -',
    text: { zh: '解释命令或应答，不需要卡', en: 'explain commands or answers, no card needed' },
    more: {
      zh: '多个参数按先后理解：应答属于前一条命令，SELECT 改变当前文件。--in DF02/EF05 指明当前目录或文件。',
      en: 'Several arguments are one dialogue: an answer belongs to the command before it, SELECT moves. --in DF02/EF05 tells where the card stands.',
    },
  },
  verify: {
    usage: 'verify (--pilot-keys | --key-service URL --token-file F) [--root-key FILE]',
    text: {
      zh: '真卡（内部认证）、发卡机构证书、就诊签名',
      en: 'genuine card (internal authentication), issuer certificate, visit signatures',
    },
    more: {
      zh: '--root-key：根公钥文件，128 位十六进制（x ‖ y）；没有它就不能核对发卡机构证书（退出码 3）。',
      en: '--root-key: file with the root public key, 128 hex digits (x ‖ y); without it the issuer certificate cannot be checked (exit status 3).',
    },
  },
  counts: {
    usage: 'counts',
    text: {
      zh: '每个对话的 APDU 数、最少数与读写模型时间',
      en: 'APDUs of each dialogue, the least number, time by the wire model',
    },
  },
};

/** @type {readonly (readonly [string, string, string])[]} */
const OPTIONS = [
  [
    '--reader NAME',
    '读卡器名称或其中一段（PC/SC；PCSCLITE_CSOCK_NAME 有效）',
    'reader name or a part of it (PC/SC; PCSCLITE_CSOCK_NAME counts)',
  ],
  ['--image FILE', '虚拟卡映像文件，在本进程中运行', 'image of a virtual card, run in this process'],
  ['--pilot-keys', '用公开的试点根密钥（仅限开发与演示）', 'public pilot roots (development and demonstration only)'],
  [
    '--key-service URL',
    '由密钥服务计算；令牌在 --token-file 文件中',
    'key-service computes; its token is in the file of --token-file',
  ],
  [
    '--suite NAME',
    '密钥套件：intl-128（默认）、sm-128、pboc-3des',
    'suite of the keys: intl-128 (default), sm-128, pboc-3des',
  ],
  ['--json', '输出 JSON', 'JSON output'],
  ['--lang zh|en', '只用一种语言', 'one language only'],
  ['--help', '本页；VERB --help 为该命令的说明', 'this page; VERB --help for one verb'],
];

/** @param {'zh' | 'en' | null} language @param {Text} text */
const inLanguage = (language, text) => (language === null ? `${text.zh} · ${text.en}` : text[language]);

/** @param {'zh' | 'en' | null} language @param {string | null} verb */
export function helpText(language, verb) {
  const title = inLanguage(language, { zh: '居民健康卡工具', en: 'Resident health card tool' });
  const lines = [title, ''];
  const chosen = verb === null ? undefined : VERBS[verb];
  if (chosen !== undefined) {
    lines.push(`  npm run card -- ${chosen.usage}`, '', `  ${inLanguage(language, chosen.text)}`);
    if (chosen.more !== undefined) {
      for (const one of language === null ? [chosen.more.zh, chosen.more.en] : [chosen.more[language]])
        lines.push(`  ${one}`);
    }
    lines.push('');
  } else {
    for (const { usage, text } of Object.values(VERBS))
      lines.push(`  npm run card -- ${usage}`, `      ${inLanguage(language, text)}`);
    lines.push('');
  }
  lines.push(inLanguage(language, { zh: '选项', en: 'Options' }));
  for (const [name, zh, en] of OPTIONS) {
    const [first = '', ...rest] = language === null ? [zh, en] : [language === 'zh' ? zh : en];
    lines.push(`  ${name.padEnd(20)}${first}`, ...rest.map((line) => `  ${''.padEnd(20)}${line}`));
  }
  lines.push(
    '',
    inLanguage(language, {
      zh: '退出码：0 全部成立，1 失败，2 用法错误，3 有的项目无法核对',
      en: 'Exit status: 0 all held, 1 failed, 2 wrong usage, 3 something could not be checked',
    }),
    '',
  );
  return lines.join('\n');
}
