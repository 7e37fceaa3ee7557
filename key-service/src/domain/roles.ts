/**
 * Roles of key-service (MLPS level 3: system, security and audit administrators are different people). Declared once:
 * the endpoint table, the register of operators, certificates and the test that walks every endpoint read it from here.
 */
import type { Text } from '@rhc/card/errors';

export const ROLES = {
  'system-admin': { zh: '系统管理员', en: 'system administrator' },
  'security-admin': { zh: '安全管理员', en: 'security administrator' },
  'audit-admin': { zh: '审计管理员', en: 'audit administrator' },
  officer: { zh: '安全员', en: 'security officer' },
  custodian: { zh: '密钥分量保管人', en: 'key custodian' },
  service: { zh: '服务', en: 'service' },
  terminal: { zh: '终端', en: 'terminal' },
} as const satisfies Record<string, Text>;

export type Role = keyof typeof ROLES;

/** Roles that one person must not hold together: custodian ≠ operator ≠ auditor (KEYS.md, "Ceremony"). */
export const EXCLUSIVE_ROLES: readonly (readonly Role[])[] = [
  ['custodian', 'officer'],
  ['custodian', 'system-admin'],
  ['custodian', 'security-admin'],
  ['audit-admin', 'system-admin'],
  ['audit-admin', 'security-admin'],
  ['audit-admin', 'officer'],
  ['audit-admin', 'custodian'],
  ['system-admin', 'security-admin'],
];
