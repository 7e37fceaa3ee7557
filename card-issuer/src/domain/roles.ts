/** Roles of card-issuer. Declared once: the endpoint table, the register of users and the test that walks every endpoint read it from here. */
import type { Text } from '@rhc/card/errors';

export const ROLES = {
  clerk: { zh: '办事员', en: 'clerk' },
  reviewer: { zh: '复核员', en: 'reviewer' },
  stock: { zh: '库管员', en: 'stock keeper' },
  manager: { zh: '主管', en: 'manager' },
  auditor: { zh: '审计员', en: 'auditor' },
  service: { zh: '服务', en: 'service' },
  terminal: { zh: '终端(读卡器代理)', en: 'terminal (reader agent)' },
} as const satisfies Record<string, Text>;

export type Role = keyof typeof ROLES;
