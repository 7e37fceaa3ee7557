/**
 * What each dialogue costs: APDUs beside the least number that it permits, time by the wire model at four speeds, beside
 * the deployed readers. One source for `npm run card -- counts`, `npm run bench` and the manual.
 */
import { COMPARED_LINKS, transcriptMs } from '@rhc/card/wire-model';
import { DIALOGUES, prepareScene } from './dialogues.mjs';
import { exchangeOf } from './transcript.mjs';

/**
 * @typedef {object} CountRow
 * @property {string} id
 * @property {import('@rhc/card/errors').Text} text
 * @property {number} apdus
 * @property {{ total: number, lines: readonly import('./least.mjs').LeastLine[] } | null} least
 * @property {number} nonVolatileBytes
 * @property {Record<string, number>} ms by link
 * @property {number | null} deployedMs
 *
 * @param {string} repository root folder
 * @param {import('./dialogues.mjs').Scene} [scene]
 * @returns {Promise<readonly CountRow[]>}
 */
export async function countDialogues(repository, scene) {
  const prepared = scene ?? (await prepareScene(repository));
  const rows = [];
  for (const dialogue of DIALOGUES) {
    const exchanges = (await dialogue.run(prepared)).map(exchangeOf);
    const least = dialogue.least(prepared);
    rows.push({
      id: dialogue.id,
      text: dialogue.text,
      apdus: exchanges.length,
      least: least === null ? null : { total: least.total, lines: least.lines },
      nonVolatileBytes: exchanges.reduce((sum, { writtenBytes }) => sum + writtenBytes, 0),
      ms: Object.fromEntries(COMPARED_LINKS.map((link) => [link.id, transcriptMs(link, exchanges)])),
      deployedMs: dialogue.deployedMs,
    });
  }
  return rows;
}
