/** The text format of Prometheus, as far as the health page reads it. Pure. */
export interface MetricLine {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function parseMetrics(text: string): MetricLine[] {
  const lines: MetricLine[] = [];
  for (const line of text.split('\n')) {
    const found = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    const [, name, labels = '', value = ''] = found ?? [];
    if (name === undefined || !Number.isFinite(Number(value))) continue;
    lines.push({ name, labels: labelsOf(labels), value: Number(value) });
  }
  return lines;
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) labels[name] = value;
  return labels;
}

export function sumOf(lines: readonly MetricLine[], name: string): number | null {
  const found = lines.filter((line) => line.name === name);
  return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0);
}
