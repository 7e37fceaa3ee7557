/**
 * Who may change what: the nation in `blank` and `first-issue`, the province in `second-issue` and `operational`
 * (ADR 006, "Issue in two steps"). All of it needs the channel, and the channel needs the control key.
 */
import type { SamIssueStep } from '@rhc/card/profile';
import type { PersonalizationChannel } from '../cos/chip.ts';
import { refuse } from '../cos/status-error.ts';
import type { SamChip } from './sam-chip.ts';
import type { SamChange } from './sam-content.ts';

export function requireIssueChannel(chip: SamChip): PersonalizationChannel {
  const { channel } = chip.session;
  if (channel !== null) return channel;
  return chip.rules.channelRequired ? refuse('securityStatusNotSatisfied') : OPEN_TO_ALL;
}

/** What a SAM that forgot `channelRequired` takes for a channel. */
const OPEN_TO_ALL: PersonalizationChannel = {
  suite: 'intl-128',
  encipherKey: new Uint8Array(16),
  macKey: new Uint8Array(16),
  iv: new Uint8Array(16),
};

/** In use both kinds may be renewed; before it, each step has its own. */
export function requireStepOf(chip: SamChip, step: SamIssueStep): void {
  const { state } = chip.content;
  if (state === 'operational' || !chip.rules.issueStep) return;
  if ((state === 'second-issue') !== (step === 'second')) refuse('conditionsNotSatisfied');
}

/** A blank becomes `first-issue` in the same commit as its first change. */
export function commitIssue(chip: SamChip, ...changes: readonly SamChange[]): void {
  if (chip.content.state === 'blank') chip.commit(...changes, { kind: 'set-state', state: 'first-issue' });
  else chip.commit(...changes);
}
