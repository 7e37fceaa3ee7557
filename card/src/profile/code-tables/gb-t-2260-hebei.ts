/** Administrative divisions of Hebei, GB/T 2260. */
import { codeTable } from './table.ts';

export const gbt2260Hebei = codeTable('region-hebei', '河北省行政区划', 'Divisions of Hebei', 'GB/T 2260-2007', [
  ['130000', '河北省', 'Hebei Province'],
  ['130100', '石家庄市', 'Shijiazhuang'],
  ['130101', '石家庄市市辖区', 'Shijiazhuang, districts'],
]);

/** Name of a division of Hebei; undefined for a code that the table does not hold. */
export function regionName(code: string): { readonly zh: string; readonly en: string } | undefined {
  return gbt2260Hebei.entries.find((entry) => entry.code === code)?.text;
}
