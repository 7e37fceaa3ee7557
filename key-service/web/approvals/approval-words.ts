/** Words and lights of approvals. */
import type { Light, Text } from '@rhc/console-shell';
import type { ApprovalState, PrivilegedOperationName } from '../../src/contract/index.ts';

export const APPROVAL_STATES: Readonly<Record<ApprovalState, Text & { readonly light: Light }>> = {
  open: { zh: '待批准', en: 'open', light: 'busy' },
  executing: { zh: '执行中', en: 'executing', light: 'busy' },
  executed: { zh: '已执行', en: 'executed', light: 'good' },
  refused: { zh: '已拒绝', en: 'refused', light: 'warn' },
  expired: { zh: '已过期', en: 'expired', light: 'idle' },
  failed: { zh: '执行失败', en: 'failed', light: 'bad' },
};

export const OPERATIONS: Readonly<Record<PrivilegedOperationName, Text>> = {
  'enter-part': { zh: '输入密钥分量', en: 'make a key from parts' },
  'import-root': { zh: '导入根密钥', en: 'import a root' },
  'generate-root': { zh: '生成根密钥', en: 'generate a root' },
  'import-protection-key': { zh: '导入密钥块保护密钥', en: 'import a protection key' },
  'import-key-block': { zh: '导入密钥块', en: 'import a key block' },
  'export-key-block': { zh: '导出密钥块', en: 'export a key block' },
  'destroy-root': { zh: '销毁根密钥', en: 'destroy a root' },
  'backup-roots': { zh: '备份根密钥', en: 'back roots up' },
  'replace-roster': { zh: '更换批准人名册', en: 'replace the roster' },
  'activate-key': { zh: '启用密钥版本', en: 'activate a key version' },
  'move-key': { zh: '变更密钥状态', en: 'move a key version' },
  'destroy-key': { zh: '计划销毁密钥', en: 'schedule destruction' },
  'restore-key': { zh: '恢复密钥', en: 'restore a key' },
  'change-key-policy': { zh: '变更使用策略', en: 'change a usage policy' },
  'change-cryptoperiod': { zh: '变更使用期', en: 'change a cryptoperiod' },
  'hold-ceremony': { zh: '举行密钥仪式', en: 'hold a ceremony' },
  'carry-out-rotation': { zh: '执行轮换', en: 'carry out a rotation' },
  'retire-versions': { zh: '退役旧版本', en: 'retire versions' },
  'roll-back-rotation': { zh: '回退轮换', en: 'roll a rotation back' },
  'issue-sam': { zh: '发行 SAM 卡', en: 'issue a SAM' },
  'revoke-sam': { zh: '注销 SAM 卡', en: 'revoke a SAM' },
};

/** An operation that this page does not know yet is shown by its own name. */
export const operationText = (name: string): Text =>
  (OPERATIONS as Readonly<Record<string, Text>>)[name] ?? { zh: name, en: '' };

/** SHA-256 of the canonical text, computed here: what is shown is what is signed. */
export async function isWhatIsSigned({ canonical, hash }: { canonical: string; hash: string }): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') === hash;
}
