/** The words of bulk work: states of runs and lines, and how long is left. */
import type { Light, Text } from '@rhc/console-shell';
import type { BulkItemResponse, BulkRunViewResponse } from '../../src/contract/index.ts';

export type Run = BulkRunViewResponse;
export type Item = BulkItemResponse;

export const RUN_STATES: Readonly<Record<Run['state'], Text & { readonly light: Light }>> = {
  'awaiting-sample': { zh: '等待样卡', en: 'waits for the sample', light: 'busy' },
  'sample-review': { zh: '样卡待核准', en: 'sample to be approved', light: 'warn' },
  running: { zh: '制卡中', en: 'running', light: 'good' },
  paused: { zh: '已暂停', en: 'paused', light: 'warn' },
  done: { zh: '已完成', en: 'done', light: 'good' },
  cancelled: { zh: '已取消', en: 'cancelled', light: 'idle' },
};

export const ITEM_STATES: Readonly<Record<Item['state'], Text & { readonly light: Light }>> = {
  queued: { zh: '排队', en: 'queued', light: 'idle' },
  taken: { zh: '在制', en: 'being made', light: 'busy' },
  done: { zh: '完成', en: 'done', light: 'good' },
  failed: { zh: '失败', en: 'failed', light: 'bad' },
  removed: { zh: '已去除', en: 'removed', light: 'idle' },
};

export const isOpen = ({ state }: Pick<Run, 'state'>): boolean => state !== 'done' && state !== 'cancelled';

export function totals({ progress }: Run) {
  const { queued = 0, taken = 0, done = 0, failed = 0 } = progress.counts;
  const total = queued + taken + done + failed;
  return { queued, taken, done, failed, total, share: total === 0 ? 1 : (done + failed) / total };
}

/** 1:05:09, as one reads a clock. */
export function clockText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

export function paceText({ progress }: Run): string {
  const { cardsPerHour, secondsLeft } = progress;
  if (cardsPerHour === null) return '两张之后可知 known after two cards';
  const pace = `${Math.round(cardsPerHour).toLocaleString('zh-CN')} 张/小时 an hour`;
  return secondsLeft === null ? pace : `${pace} · 剩 left ${clockText(secondsLeft)}`;
}
