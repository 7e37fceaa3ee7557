/** `counts`: the costs of the dialogues (the manual's chapter 7 from the same rows). */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPARED_LINKS } from '@rhc/card/wire-model';
import { countDialogues } from '../counts.mjs';
import { EXIT } from './failure.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../../../..');

/** @param {import('./options.mjs').Options} options @param {import('./output.mjs').Output} output */
export async function counts(options, output) {
  const rows = await countDialogues(ROOT);
  if (options.json) {
    output.json(rows);
    return EXIT.ok;
  }
  output.table([
    [
      { zh: '对话', en: 'dialogue' },
      'APDU',
      { zh: '最少', en: 'least' },
      { zh: '写入字节', en: 'bytes written' },
      ...COMPARED_LINKS.map(({ text }) => ({ zh: `${text.zh} ms`, en: `${text.en} ms` })),
      { zh: '现场 ms', en: 'deployed ms' },
    ].map((cell) => (typeof cell === 'string' ? cell : output.language === null ? cell.en : cell)),
    ...rows.map((row) => [
      row.text,
      String(row.apdus),
      row.least === null ? '–' : String(row.least.total),
      String(row.nonVolatileBytes),
      ...COMPARED_LINKS.map(({ id }) => String(Math.round(row.ms[id] ?? 0))),
      row.deployedMs === null ? '–' : String(row.deployedMs),
    ]),
  ]);
  return EXIT.ok;
}
