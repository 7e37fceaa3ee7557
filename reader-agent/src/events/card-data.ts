/** Reads the identity of each card that is put in, once, for all listeners that asked for it: the event `card-data`. */
import { isRhcError } from '@rhc/card/errors';
import type { Logger } from '@rhc/service-shell';
import type { CardReader } from '../core/index.ts';
import type { Desk } from '../desk/desk.ts';
import { wireError } from '../wire-error.ts';
import type { Audience } from './audience.ts';

/** @returns stops it */
export function announceCardData(desk: Desk, reader: CardReader, audience: Audience, logger: Logger): () => void {
  return desk.subscribe((event) => {
    if (event.event !== 'card-inserted' || event.card.cardFactor === null || !audience.wantsIdentity) return;
    void (async () => {
      try {
        const { timings: _, ...data } = await reader.read({ reader: event.reader, stages: ['identity'] });
        // Read from the insertion that it is told of, or not told.
        if (data.insertion === event.card.insertion) {
          audience.tell({ event: 'card-data', reader: event.reader, insertion: data.insertion, data });
        }
      } catch (error) {
        if (!isRhcError(error)) logger.error({ err: error }, 'a card could not be read for its listeners');
        else audience.tell({ event: 'error', error: wireError(error.toBody()) });
      }
    })();
  });
}
