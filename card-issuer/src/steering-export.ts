/** The dashboard's table as a file: CSV, or a workbook that a ministry's desk opens. */
import writeXlsxFile from 'write-excel-file/node';
import { type Cell, csvFile } from './domain/csv-file.ts';
import { STAGES } from './domain/steering/index.ts';
import type { Dashboard } from './steering.ts';

const HEADER: readonly string[] = [
  '行政区划 area code',
  '市 city',
  '县 county',
  '人口 population',
  '人口为估计 estimated',
  '覆盖率 coverage',
  ...STAGES.map(({ text }) => `${text.zh} ${text.en}`),
  '最大滞留 most waiting',
  '最早在途 oldest on its way',
];

function rows(dashboard: Dashboard): Cell[][] {
  return dashboard.counties.map(
    ({ areaCode, city, name, population, populationEstimated, coverage, counts, leak, oldest }) => [
      areaCode,
      city,
      name,
      population,
      populationEstimated ? '是 yes' : '否 no',
      Math.round(coverage * 1e6) / 1e6,
      ...STAGES.map(({ id }) => counts[id]),
      leak === null ? '' : `${leak.from} → ${leak.to}: ${leak.waiting}`,
      oldest === null ? '' : `${oldest.orderedAt.slice(0, 10)} ${oldest.cardId}`,
    ],
  );
}

export function steeringCsv(dashboard: Dashboard): string {
  return csvFile([HEADER, ...rows(dashboard)]);
}

export async function steeringXlsx(dashboard: Dashboard): Promise<Uint8Array> {
  const head = HEADER.map((value) => ({ value, fontWeight: 'bold' as const, wrap: true }));
  const body = rows(dashboard).map((cells) =>
    cells.map((value) => (typeof value === 'number' ? { value, type: Number } : { value: value ?? '', type: String })),
  );
  return writeXlsxFile([head, ...body], {
    sheet: '县级漏斗',
    stickyRowsCount: 1,
    columns: HEADER.map((_, at) => ({ width: at < 3 ? 14 : 12 })),
  }).toBuffer();
}
