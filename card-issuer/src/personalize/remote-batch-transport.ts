/**
 * A BatchTransport over an agent. Batch ids are made of job, attempt and number: the same batch keeps its id over
 * reconnects, and no answer of an earlier attempt can be taken for a later one. The insertion that the job began with goes
 * with every batch, so that a card that was swapped meanwhile gets nothing.
 */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import type { ApduAnswer, ApduStep, BatchTransport } from '@rhc/card/session';
import type { AgentHub, BatchMessage } from './agent-hub.ts';

export interface CardPlace {
  readonly agentId: string;
  readonly reader: string;
  readonly insertion: number;
}

const MAX_STEPS = 2000;

export class RemoteBatchTransport implements BatchTransport {
  #hub: AgentHub;
  #place: CardPlace;
  #batchIdPrefix: string;
  #batches = 0;

  constructor(hub: AgentHub, place: CardPlace, batchIdPrefix: string) {
    this.#hub = hub;
    this.#place = place;
    this.#batchIdPrefix = batchIdPrefix;
  }

  get batches(): number {
    return this.#batches;
  }

  async run(
    steps: readonly ApduStep[],
    onProgress: (done: number, total: number) => void = () => undefined,
  ): Promise<readonly ApduAnswer[]> {
    if (steps.length === 0 || steps.length > MAX_STEPS) throw new RangeError(`a batch has 1 to ${MAX_STEPS} steps`);
    this.#batches += 1;
    const message: BatchMessage = {
      type: 'batch',
      id: `${this.#batchIdPrefix}.${this.#batches}`,
      reader: this.#place.reader,
      insertion: this.#place.insertion,
      steps: steps.map((step) => ({
        command: bytesToHex(step.command),
        ...(step.expectedStatusWords === undefined ? {} : { expectedStatusWords: [...step.expectedStatusWords] }),
        ...(step.stopOnMismatch === undefined ? {} : { stopOnMismatch: step.stopOnMismatch }),
      })),
      lock: 'hold',
    };
    const result = await this.#hub.run(this.#place.agentId, message, onProgress);
    onProgress(result.responses.length, steps.length);
    return result.responses.map((response) => ({ response: hexToBytes(response) }));
  }

  /** Gives the reader back; safe whatever happened before. */
  release(): void {
    this.#hub.release(this.#place.agentId, this.#place.reader);
  }
}
