/** What the log's actions are called. An action without words here is shown by its own name. */
import type { Text } from '@rhc/console-shell';

const ACTIONS: Readonly<Record<string, Text>> = {
  'token-initialised': { zh: '令牌初始化', en: 'token initialised' },
  'ceremony-begun': { zh: '仪式开始', en: 'ceremony begun' },
  'ceremony-completed': { zh: '仪式完成', en: 'ceremony completed' },
  'root-imported': { zh: '根密钥导入', en: 'root imported' },
  'root-destroy': { zh: '根密钥销毁', en: 'root destroyed' },
  'version-activated': { zh: '版本启用', en: 'version activated' },
  'version-move': { zh: '版本状态变更', en: 'version moved' },
  'version-activation-scheduled': { zh: '计划启用', en: 'activation scheduled' },
  'version-destruction-scheduled': { zh: '计划销毁', en: 'destruction scheduled' },
  'issuer-certificate': { zh: '发卡机构证书', en: 'issuer certificate' },
  'personalization-prepare': { zh: '个人化:准备', en: 'personalization: prepared' },
  'personalization-finish': { zh: '个人化:完成', en: 'personalization: finished' },
  rekey: { zh: '换密钥', en: 're-key' },
  'terminal-batch': { zh: '终端运算(汇总)', en: 'terminal operations (batch)' },
  'refusal-batch': { zh: '被拒的请求(汇总)', en: 'refusals (batch)' },
  'key-refused-check-value': { zh: '校验值不符,拒用', en: 'refused: check value' },
};

export const actionText = (action: string): Text => ACTIONS[action] ?? { zh: action, en: '' };
