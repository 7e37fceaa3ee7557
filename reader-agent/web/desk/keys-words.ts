/** Words for how the SAM stands and which key versions served, for all pages of the desk. */
import type { Light } from '@rhc/console-shell';
import type { KeysState, SamState } from '../../src/contract/index.ts';

type Source = KeysState['order'][number];

const SHORT: Readonly<Record<Source, string>> = {
  sam: 'SAM',
  'sam+key-service': 'SAM + 密钥服务 key-service',
  'key-service': '密钥服务 key-service',
};
export const SAM_WORDS: Readonly<Record<SamState['state'], readonly [Light, string]>> = {
  absent: ['idle', '没有 SAM none'],
  opening: ['idle', '正在打开 opening'],
  'pin-needed': ['warn', '需要输入 PIN PIN needed'],
  'pin-wrong': ['bad', 'PIN 不正确 wrong PIN'],
  'pin-blocked': ['bad', 'PIN 已锁死 PIN blocked'],
  ready: ['good', '可用 ready'],
  failed: ['bad', '打不开 failed'],
};

/** `v1`, or `v1 v2` where keys of two versions served one card. */
export function versionsText(versions: Readonly<Record<string, number>>): string {
  const all = [...new Set(Object.values(versions))].sort((a, b) => a - b);
  return all.length === 0 ? '—' : all.map((version) => `v${version}`).join(' ');
}

/** Beside the marks of a card. */
export function keyUseText(source: Source, versions: Readonly<Record<string, number>> = {}): string {
  return `密钥 keys：${SHORT[source]} · 版本 version ${versionsText(versions)}`;
}

export const asksForPin = ({ state }: Pick<SamState, 'state'>): boolean =>
  state === 'pin-needed' || state === 'pin-wrong';

/** The agent leaves the last try alone: whoever mistypes it blocks the SAM. */
export const mayTryPin = ({ pinTriesLeft }: Pick<SamState, 'pinTriesLeft'>): boolean =>
  pinTriesLeft === null || pinTriesLeft > 1;
