/** Words of rotation. */
import type { Light, Text } from '@rhc/console-shell';
import type { RotationView } from '../../src/contract/index.ts';

export const ROTATION_STATES: Readonly<Record<RotationView['state'], Text & { readonly light: Light }>> = {
  planned: { zh: '已计划', en: 'planned', light: 'idle' },
  prepared: { zh: '已准备', en: 'prepared', light: 'busy' },
  activating: { zh: '分区启用中', en: 'activating', light: 'busy' },
  watching: { zh: '观察中', en: 'watching', light: 'warn' },
  retired: { zh: '旧版已退役', en: 'retired', light: 'good' },
  'rolled-back': { zh: '已回退', en: 'rolled back', light: 'idle' },
};

/** The stations of a rotation, in order. */
export const STATIONS: readonly RotationView['state'][] = ['planned', 'prepared', 'activating', 'watching', 'retired'];

export const NEXT: Readonly<Record<RotationView['next'][number], Text>> = {
  prepare: { zh: '准备新版本', en: 'prepare the new version' },
  activate: { zh: '启用', en: 'activate' },
  retire: { zh: '退役旧版本', en: 'retire the old version' },
  'roll-back': { zh: '回退', en: 'roll back' },
};
