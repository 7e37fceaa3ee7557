/** At start all services come up together: the vault waits for key-service instead of failing the start. */
import { isRhcError } from '@rhc/card/errors';
import type { Clock } from '../clock.ts';
import type { DataKeyPort } from './data-keys.ts';

const PAUSE_MS = 250;
const PATIENCE_MS = 120_000;

export function untilKeyServiceAnswers(
  port: DataKeyPort,
  clock: Clock,
  logger: { info(line: object, text: string): void },
): DataKeyPort {
  const patient = async <T>(ask: () => Promise<T>): Promise<T> => {
    const deadline = clock.monotonicMs() + PATIENCE_MS;
    for (let told = false; ; ) {
      try {
        return await ask();
      } catch (error) {
        const waits = isRhcError(error) && error.retriable && clock.monotonicMs() < deadline;
        if (!waits) throw error;
        if (!told) logger.info({ code: error.code }, 'waiting for key-service');
        told = true;
        await new Promise<void>((resume) => setTimeout(resume, PAUSE_MS));
      }
    }
  };
  return {
    wrapDataKey: (request) => patient(() => port.wrapDataKey(request)),
    unwrapDataKey: (request) => patient(() => port.unwrapDataKey(request)),
  };
}
