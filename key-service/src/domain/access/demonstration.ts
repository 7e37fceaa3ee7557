/** People of the demonstration, one for each role (two officers, three custodians). Invented names; refused in production. */
import type { OperatorRole } from './operators.ts';

export interface DemonstrationOperator {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly OperatorRole[];
}

export const DEMONSTRATION_OPERATORS: readonly DemonstrationOperator[] = [
  { id: 'demo.system-admin', name: '王立新(演示)', roles: ['system-admin'] },
  { id: 'demo.security-admin', name: '赵敏华(演示)', roles: ['security-admin'] },
  { id: 'demo.audit-admin', name: '孙玉兰(演示)', roles: ['audit-admin'] },
  { id: 'demo.officer-a', name: '李卫东(演示)', roles: ['officer'] },
  { id: 'demo.officer-b', name: '陈晓峰(演示)', roles: ['officer'] },
  { id: 'demo.custodian-1', name: '周志强(演示)', roles: ['custodian'] },
  { id: 'demo.custodian-2', name: '吴秀英(演示)', roles: ['custodian'] },
  { id: 'demo.custodian-3', name: '郑国华(演示)', roles: ['custodian'] },
];

export const isDemonstration = (operator: string): boolean => operator.startsWith('demo.');
