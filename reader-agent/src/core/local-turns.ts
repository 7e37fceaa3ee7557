/**
 * Local work on one reader, one after the other: a page and a hospital program that both ask when a card is put in both
 * get their answer, and neither disturbs the settling of an earlier write. Only a queue that grows is refused.
 */
import { agentErrors } from '../errors.ts';

const MAX_WAITING = 8;

export class LocalTurns {
  readonly #queues = new Map<string, { tail: Promise<unknown>; waiting: number }>();

  /** @throws READER_BUSY when too many wait already */
  run<T>(reader: string, work: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(reader) ?? { tail: Promise.resolve(), waiting: 0 };
    if (queue.waiting >= MAX_WAITING) throw agentErrors.make('READER_BUSY', { detail: `${MAX_WAITING} wait already` });
    this.#queues.set(reader, queue);
    queue.waiting += 1;
    const mine = queue.tail.then(work, work).finally(() => {
      queue.waiting -= 1;
      if (queue.waiting === 0) this.#queues.delete(reader);
    });
    // The next one waits for the end of this one, whatever it was.
    queue.tail = mine.catch(() => undefined);
    return mine;
  }
}
