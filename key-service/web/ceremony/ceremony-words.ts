/** Words of the ceremony room. */
import type { Light, Text } from '@rhc/console-shell';
import type { CeremonyResponse, CeremonySummary } from '../../src/contract/index.ts';

export type Role = CeremonyResponse['people'][number]['role'];
export type Step = CeremonyResponse['steps'][number];
export type StepKey = Step['keys'][number];
export type Waiting = NonNullable<CeremonyResponse['current']>['waitingFor'][number];

export const CEREMONY_STATES: Readonly<Record<CeremonySummary['state'], Text & { readonly light: Light }>> = {
  open: { zh: '进行中', en: 'open', light: 'busy' },
  interrupted: { zh: '已中断', en: 'interrupted', light: 'warn' },
  completed: { zh: '已完成', en: 'completed', light: 'good' },
  abandoned: { zh: '已放弃', en: 'abandoned', light: 'idle' },
};

export const ROLE_NAMES: Readonly<Record<Role, Text>> = {
  administrator: { zh: '仪式主持人', en: 'ceremony administrator' },
  custodian: { zh: '密钥分量保管人', en: 'custodian' },
  witness: { zh: '监交人', en: 'witness' },
  'officer-a': { zh: '安全员甲', en: 'officer A' },
  'officer-b': { zh: '安全员乙', en: 'officer B' },
  auditor: { zh: '审计员', en: 'auditor' },
};

/** Invented people for a rehearsal, in the order in which seats are filled. */
export const REHEARSAL_NAMES: Readonly<Record<Role, readonly string[]>> = {
  administrator: ['赵主持'],
  custodian: ['钱分量', '孙分量', '李分量', '周分量', '吴分量'],
  witness: ['郑监交'],
  'officer-a': ['王安全'],
  'officer-b': ['冯安全'],
  auditor: ['陈审计'],
};

export const WAITING: Readonly<Record<Waiting['what'], Text>> = {
  'take-role': { zh: '就位', en: 'take the role' },
  act: { zh: '执行', en: 'act' },
  'enter-part': { zh: '输入分量', en: 'enter the part' },
  confirm: { zh: '确认', en: 'confirm' },
};
