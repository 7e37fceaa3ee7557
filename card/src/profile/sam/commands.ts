/** The SAM's commands with the status words of each (CARD-FACTS 5.2; ADR 006). */
import { deepFreeze } from '../deep-freeze.ts';
import type { Text } from '../types.ts';

export interface SamCommandDeclaration {
  /** CLA INS, four hex digits. */
  readonly code: string;
  readonly text: Text;
  /** Words besides 9000, 61XX and the common ones. */
  readonly statusWords: readonly string[];
  readonly clause: string;
}

/** Any command may meet these. */
export const SAM_COMMON_STATUS_WORDS = ['6581', '6700', '6985', '6A81', '6A86', '6D00', '6E00'] as const;

const SECURED = ['6982', '6988', '6A80'] as const;

export const SAM_COMMANDS = deepFreeze({
  SELECT: {
    code: '00A4',
    text: { zh: '选择文件', en: 'Select a file' },
    statusWords: ['6A82'],
    clause: 'CARD-FACTS 5.2',
  },
  'READ BINARY': {
    code: '00B0',
    text: { zh: '读透明文件', en: 'Read a file' },
    statusWords: ['6986', '6A82', '6B00', '6CXX'],
    clause: 'CARD-FACTS 5.1, 5.2',
  },
  'GET RESPONSE': {
    code: '00C0',
    text: { zh: '取应答数据', en: 'Fetch the waiting answer' },
    statusWords: ['6CXX'],
    clause: 'CARD-FACTS 5.2',
  },
  'GET CHALLENGE': {
    code: '0084',
    text: { zh: '取随机数', en: 'Get a challenge' },
    statusWords: ['6CXX'],
    clause: 'CARD-FACTS 5.2',
  },
  'VERIFY PIN': {
    code: '0020',
    text: { zh: '校验PIN', en: 'Verify the PIN' },
    statusWords: ['63CX', '6983'],
    clause: 'CARD-FACTS 5.2',
  },
  'CHANGE PIN': {
    code: '805E',
    text: { zh: '修改PIN', en: 'Change the PIN' },
    statusWords: ['63CX', '6983', '6A80'],
    clause: 'CARD-FACTS 5.2',
  },
  'SESSION KEY': {
    code: '80DE',
    text: { zh: '产生过程密钥', en: 'Make a session key' },
    statusWords: ['6982', '6A88'],
    clause: 'CARD-FACTS 3.4, 5.2; ADR 006',
  },
  CIPHER: {
    code: '80FA',
    text: { zh: '加密或计算MAC', en: 'Encipher or make a MAC' },
    statusWords: [],
    clause: 'CARD-FACTS 5.2; ADR 006',
  },
  DIGEST: {
    code: '802C',
    text: { zh: '计算摘要', en: 'Digest' },
    statusWords: ['6A88'],
    clause: 'ADR 006 (ours)',
  },
  SIGN: {
    code: '802A',
    text: { zh: '签名', en: 'Sign' },
    statusWords: ['6982', '6A88'],
    clause: 'ADR 006 (ours)',
  },
  'GET DATA': {
    code: '80CA',
    text: { zh: '取SAM数据', en: 'Get SAM data' },
    statusWords: ['6A88'],
    clause: 'ADR 006 (ours)',
  },
  'EXTERNAL AUTHENTICATE': {
    code: '0082',
    text: { zh: '外部认证', en: 'External authentication' },
    statusWords: ['63CX', '6983', '6984', '6A88'],
    clause: 'ADR 006; ADR 001',
  },
  'WRITE KEY': {
    code: '84D4',
    text: { zh: '装载密钥或PIN', en: 'Load a key or the PIN' },
    statusWords: [...SECURED, '6A84', '6A88'],
    clause: 'ADR 006 (ours)',
  },
  'GENERATE KEY PAIR': {
    code: '8446',
    text: { zh: '产生签名密钥对', en: 'Generate the signing key pair' },
    statusWords: SECURED,
    clause: 'ADR 006 (ours)',
  },
  'UPDATE BINARY': {
    code: '04D6',
    text: { zh: '带MAC写透明文件', en: 'Write a file with MAC' },
    statusWords: [...SECURED, '6986', '6B00'],
    clause: 'CARD-FACTS 5.1; ADR 006',
  },
  'END ISSUE': {
    code: '8444',
    text: { zh: '结束发行', en: 'End an issue step' },
    statusWords: SECURED,
    clause: 'ADR 006 (ours)',
  },
  RECALL: {
    code: '8416',
    text: { zh: '回收SAM卡', en: 'Recall the SAM' },
    statusWords: SECURED,
    clause: 'CARD-FACTS 5.3; ADR 006 (ours)',
  },
} satisfies Readonly<Record<string, SamCommandDeclaration>>);

export type SamCommandName = keyof typeof SAM_COMMANDS;
