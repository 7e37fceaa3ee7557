/** Whether the roster in force wants a quorum for what an officer may otherwise do alone. */
import { call, useLoad } from '@rhc/console-shell';
import type { RosterResponse } from '../../src/contract/index.ts';

/** False until the roster is known: the service refuses what needs a quorum all the same, with the next step. */
export function useNeedsQuorum(operation: 'issue-sam' | 'revoke-sam'): boolean {
  const roster = useLoad('roster', (signal) => call<RosterResponse>('GET', '/v1/roster', { signal }));
  return roster.value?.roster?.policies[operation] !== undefined;
}
