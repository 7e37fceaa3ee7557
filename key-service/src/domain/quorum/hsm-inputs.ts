/** HSM operations whose input is wholly named by an approval's parameters: they may be executed from the approvals page. */
import { hexToBytes } from '@rhc/card/bytes';
import { z } from 'zod';
import type { ApprovalStep } from '../../contract/approvals.ts';
import { keyServiceErrors } from '../../errors.ts';
import type { HsmOperations } from '../../hsm/port.ts';
import type { Approvals } from './approvals.ts';

const keySuite = z.enum(['intl-128', 'sm-128', 'pboc-3des']);

const text = (step: ApprovalStep, name: string): string => {
  const value = step.parameters[name];
  if (typeof value === 'string') return value;
  throw keyServiceErrors.make('APPROVAL_INVALID', { detail: `${step.operation} needs ${name}` });
};
const usage = (step: ApprovalStep): 'derive' | 'encrypt' => (text(step, 'usage') === 'encrypt' ? 'encrypt' : 'derive');

const suite = (step: ApprovalStep) => keySuite.parse(text(step, 'suite'));

export function registerHsmInputs(approvals: Approvals): void {
  approvals.makesInput('destroy-root', (step) => ({ name: 'destroy-root', input: { root: text(step, 'root') } }));
  approvals.makesInput('generate-root', (step) => ({
    name: 'generate-root',
    input: { root: text(step, 'root'), usage: usage(step), suite: suite(step) },
  }));
  approvals.makesInput('backup-roots', (step) => ({
    name: 'backup-roots',
    input: { recoveryKey: text(step, 'recoveryKey') },
  }));
  approvals.makesInput('replace-roster', (_, attachment) => {
    if (attachment === undefined) throw keyServiceErrors.make('APPROVAL_INVALID', { detail: 'roster is missing' });
    return { name: 'replace-roster', input: { roster: attachment } };
  });
  approvals.makesInput('export-key-block', (step) => {
    const blocks = text(step, 'blocks')
      .split(' ')
      .filter((block) => block !== '')
      .map((block) => hexToBytes(block));
    const header = step.parameters.header as unknown as HsmOperations['export-key-block']['input']['header'];
    const key = { root: text(step, 'root'), blocks, cachedBlocks: 0 } as const;
    return { name: 'export-key-block', input: { kbpk: text(step, 'kbpk'), key, header } };
  });
}
