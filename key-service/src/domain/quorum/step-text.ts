/** The sentence of a step that an approver reads, made from the parameters that are signed. Pure. */
import type { Text } from '@rhc/card/errors';
import type { ApprovalStep } from '../../contract/approvals.ts';
import { withChinaTimes } from '../china-time.ts';
import type { KeyVersionState } from '../key-versions.ts';
import { PRIVILEGED_OPERATIONS } from './operations.ts';

const STATES_ZH: Readonly<Record<KeyVersionState, string>> = {
  'pre-active': '预置',
  active: '启用',
  suspended: '挂起',
  deactivated: '停用',
  compromised: '泄露',
  destroyed: '销毁',
};
const stateZh = (name: string): string => (STATES_ZH as Readonly<Record<string, string>>)[name] ?? name;

/** Moments as China's time; what is signed is the ISO moment itself. */
const shown = (value: unknown): string =>
  withChinaTimes(typeof value === 'string' ? value : JSON.stringify(value ?? null));

/** Parameters filled in; those that no sentence names follow, so that nothing is hidden. */
export function stepText({ operation, parameters }: ApprovalStep): Text {
  const { text } = PRIVILEGED_OPERATIONS[operation];
  const rest = Object.keys(parameters).filter((name) => !text.zh.includes(`{${name}}`));
  const more = rest.length === 0 ? '' : ` [${rest.map((name) => `${name}: ${shown(parameters[name])}`).join('; ')}]`;
  const fill = (sentence: string, word: (name: string, value: string) => string) =>
    `${sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => word(name, shown(parameters[name])))}${more}`;
  return {
    zh: fill(text.zh, (name, value) => (operation === 'move-key' && name === 'to' ? stateZh(value) : value)),
    en: fill(text.en, (_, value) => value),
  };
}
