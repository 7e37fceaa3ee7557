/** The table of costs, from the same rows that `npm run card -- counts` prints. */
import { COMPARED_LINKS } from '@rhc/card/wire-model';
import { details, speaker, table } from './markdown.mjs';

/**
 * @param {readonly import('../card/counts.mjs').CountRow[]} rows
 * @param {import('./markdown.mjs').Language} language @returns {readonly string[]}
 */
export function countsChapter(rows, language) {
  const say = speaker(language);
  return [
    say('## 7 代价', '## 7 What it costs'),
    say(
      '每个对话从复位开始，含识别卡的 3 条命令。「最少」是对话允许的最少 APDU 数，由文件结构与规则算出（见下），与程序无关；写入对话的最少数包括证明所需的读：写前比较、写后回读。时间按 CARD.md 的读写模型计算：接触式时钟 4 MHz、T=1（11 etu）；非接触 13.56 MHz、9 etu。「现场」是 CARD.md 记录的已部署读卡器实测毫秒数，其测法未知，只供对照。',
      'Every dialogue starts from reset and includes the 3 commands that identify the card. “Least” is the least number of APDUs that the dialogue permits, counted from the file structure and the rules (below), not from our code; for writing it includes the reading that proof needs: the comparison before and the read-back after. Time by CARD.md’s wire model: contact at 4 MHz and T=1 (11 etu), contactless at 13.56 MHz and 9 etu. “Deployed” are the milliseconds of readers in the field that CARD.md records; how they were taken is not known, so they stand beside ours for orientation only.',
    ),
    table(
      [
        say('对话', 'Dialogue'),
        'APDU',
        say('最少', 'Least'),
        say('写入字节', 'Bytes written'),
        ...COMPARED_LINKS.map(({ text }) => `${text[language]} ms`),
        say('现场 ms', 'Deployed ms'),
      ],
      rows.map((row) => [
        row.text[language],
        String(row.apdus),
        row.least === null ? '–' : String(row.least.total),
        String(row.nonVolatileBytes),
        ...COMPARED_LINKS.map(({ id }) => String(Math.round(row.ms[id] ?? 0))),
        row.deployedMs === null ? '–' : String(row.deployedMs),
      ]),
    ),
    details(
      say('最少数怎样算出', 'How the least number is counted'),
      rows
        .flatMap((row) =>
          row.least === null
            ? []
            : [
                `**${row.text[language]}** = ${row.least.total}: ${row.least.lines.map((line) => `${line.count} (${line[language]})`).join(', ')}.`,
              ],
        )
        .join('\n\n'),
    ),
  ];
}
