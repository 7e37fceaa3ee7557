/** Roles as people read them (the service's own table is `src/domain/roles.ts`). */
import type { Text } from '@rhc/console-shell';

const ROLES: Readonly<Record<string, Text>> = {
  'system-admin': { zh: '系统管理员', en: 'system administrator' },
  'security-admin': { zh: '安全管理员', en: 'security administrator' },
  'audit-admin': { zh: '审计管理员', en: 'audit administrator' },
  officer: { zh: '安全员', en: 'security officer' },
  custodian: { zh: '密钥分量保管人', en: 'key custodian' },
  service: { zh: '服务', en: 'service' },
  terminal: { zh: '终端', en: 'terminal' },
};
export const OPERATOR_ROLES = ['system-admin', 'security-admin', 'audit-admin', 'officer', 'custodian'] as const;
export const roleText = (role: string): Text => ROLES[role] ?? { zh: role, en: '' };
