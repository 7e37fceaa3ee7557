/** The words and colours of steering: stages of the funnel, classes of coverage. */
import type { Text } from '@rhc/console-shell';
import type { DashboardResponse } from '../../src/contract/index.ts';

export type County = DashboardResponse['counties'][number];
export type Forecast = DashboardResponse['forecasts'][number];

export const STAGES: readonly (Text & { readonly id: string })[] = [
  { id: 'collected', zh: '已采集', en: 'collected' },
  { id: 'clean', zh: '数据合格', en: 'clean' },
  { id: 'approved', zh: '已核准', en: 'approved' },
  { id: 'personalized', zh: '已个人化', en: 'personalized' },
  { id: 'checked', zh: '已检验', en: 'checked' },
  { id: 'delivered', zh: '已送达', en: 'delivered' },
  { id: 'activated', zh: '已启用', en: 'activated' },
  { id: 'first-used', zh: '已首用', en: 'first used' },
];
export const stageText = (id: string): Text => STAGES.find((stage) => stage.id === id) ?? { zh: id, en: id };

/** Bounded by the promises themselves: 40 % and 75 %. */
export const COVERAGE_CLASSES: readonly { readonly below: number; readonly label: string }[] = [
  { below: 0.01, label: '< 1%' },
  { below: 0.1, label: '1–10%' },
  { below: 0.4, label: '10–40%' },
  { below: 0.75, label: '40–75%' },
  { below: Number.POSITIVE_INFINITY, label: '≥ 75%' },
];

/** −1: nobody is collected there. */
export function coverageClass(county: Pick<County, 'coverage'> | undefined): number {
  if (county === undefined) return -1;
  return COVERAGE_CLASSES.findIndex(({ below }) => county.coverage < below);
}

export const number = (value: number, digits = 0): string =>
  value.toLocaleString('zh-CN', { maximumFractionDigits: digits });

/** Two figures that matter: 0.0012 % is not 0 %. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return '0%';
  if (value < 0.01) return '< 0.01%';
  return `${value.toLocaleString('zh-CN', { maximumFractionDigits: value < 10 ? 2 : 1 })}%`;
}
