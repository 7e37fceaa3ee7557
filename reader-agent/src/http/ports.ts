/** The ports at which pages look for the agent: its own, then these, always in this order. */
import { isRhcError } from '@rhc/card/errors';
import type { RunningService } from '@rhc/service-shell';

export const OTHER_PORTS = [18_103, 28_103, 38_103] as const;

/** @throws ADDRESS_IN_USE when none is free */
export async function listenOnFirst(
  [port, ...others]: readonly number[],
  listen: (port: number) => Promise<RunningService>,
): Promise<RunningService> {
  try {
    return await listen(port ?? 0);
  } catch (error) {
    if (others.length === 0 || !isRhcError(error) || error.code !== 'ADDRESS_IN_USE') throw error;
    return listenOnFirst(others, listen);
  }
}
