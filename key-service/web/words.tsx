/** The words of key management (KEYS.md): states with their colours, purposes, branches. One place for all pages. */
import { StatusTag, type Text } from '@rhc/console-shell';
import type { ReactNode } from 'react';
import type { KeyVersionsResponse } from '../src/contract/index.ts';

export type KeyVersionRow = KeyVersionsResponse['versions'][number];
export type KeyState = KeyVersionRow['state'];

interface StateWords extends Text {
  readonly light: 'good' | 'warn' | 'bad' | 'idle' | 'busy';
  /** Class of the picture's shapes. */
  readonly fill: string;
}

export const STATES: Readonly<Record<KeyState, StateWords>> = {
  'pre-active': { zh: '预置', en: 'pre-active', light: 'busy', fill: 'state-pre-active' },
  active: { zh: '启用', en: 'active', light: 'good', fill: 'state-active' },
  suspended: { zh: '挂起', en: 'suspended', light: 'warn', fill: 'state-suspended' },
  deactivated: { zh: '停用', en: 'deactivated', light: 'idle', fill: 'state-deactivated' },
  compromised: { zh: '泄露', en: 'compromised', light: 'bad', fill: 'state-compromised' },
  destroyed: { zh: '销毁', en: 'destroyed', light: 'idle', fill: 'state-destroyed' },
};
export const STATE_ORDER = Object.keys(STATES) as readonly KeyState[];

export function StateTag({ state }: { state: KeyState }): ReactNode {
  const { zh, en, light } = STATES[state];
  return (
    <StatusTag state={light}>
      {zh} {en}
    </StatusTag>
  );
}

const PURPOSES: Readonly<Record<string, Text>> = {
  'master-control': { zh: '主控', en: 'master control' },
  'internal-authentication': { zh: '内部认证', en: 'internal authentication' },
  'secure-messaging': { zh: '安全报文', en: 'secure messaging' },
  block: { zh: '应用锁定', en: 'block' },
  update: { zh: '更新', en: 'update' },
  read: { zh: '读取', en: 'read' },
  transport: { zh: '传输密钥', en: 'transport' },
  'security-code': { zh: '安全码', en: 'security code' },
  'local-application': { zh: '地方应用', en: 'local application' },
};
export const purposeText = (purpose: string): Text => PURPOSES[purpose] ?? { zh: purpose, en: '' };

export const WARNINGS: Readonly<Record<KeyVersionsResponse['warnings'][number]['kind'], Text>> = {
  ended: { zh: '密码使用期已过', en: 'cryptoperiod has ended' },
  'ends-soon': { zh: '密码使用期将满', en: 'cryptoperiod ends soon' },
  'no-successor': { zh: '还没有后继版本', en: 'has no successor yet' },
};

/** `RK1.DDF1 v2`. */
export const keyName = ({ slot, version }: { slot: string; version: number }): string => `${slot} v${version}`;
