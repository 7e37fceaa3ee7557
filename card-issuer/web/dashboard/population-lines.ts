/** Lines as they come out of a spreadsheet: area code and number, with tabs, commas or blanks between, 1,234 too. */
export function readPopulationLines(text: string): {
  readonly counties: readonly { readonly areaCode: string; readonly residents: number }[];
  /** Numbers of the lines that cannot be read, 1 = the first. */
  readonly faults: readonly number[];
} {
  const counties: { areaCode: string; residents: number }[] = [];
  const faults: number[] = [];
  text.split(/\r?\n/).forEach((line, at) => {
    if (line.trim() === '') return;
    const found = /^\s*(\d{6})[\s,,;]+(\d[\d,,]*)\s*$/.exec(line);
    const residents = Number((found?.[2] ?? '').replaceAll(/[,,]/g, ''));
    if (found === null || !Number.isSafeInteger(residents) || residents < 1) faults.push(at + 1);
    else counties.push({ areaCode: found[1] ?? '', residents });
  });
  return { counties, faults };
}
