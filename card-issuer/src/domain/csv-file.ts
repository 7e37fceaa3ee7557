/** A table as a CSV file that spreadsheets open: UTF-8 with a byte order mark, which they need to see that it is UTF-8; RFC 4180. */
export type Cell = string | number | null;

export function csvFile(rows: readonly (readonly Cell[])[]): string {
  return `\uFEFF${rows.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')}`;
}

/** A text from outside must not become a formula in somebody's spreadsheet. */
function csvCell(value: Cell): string {
  if (typeof value === 'number') return String(value);
  const text = value ?? '';
  const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}
