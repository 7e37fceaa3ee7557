/**
 * A batch of APDUs while it is put together: every step keeps the parser of its answer, so that the answers which come
 * back at once are read in the same order, and the first refusal becomes the error of its command.
 */
import { formatStatusWord, parseResponse, SW_OK } from '../apdu/index.ts';
import type { ApduAnswer, ApduStep } from '../session/ports.ts';
import { personalizationErrors } from './errors.ts';

/** An answer that is there once the batch has been settled. */
export interface Awaited<T> {
  readonly value: T;
}

interface PlannedStep {
  readonly step: ApduStep;
  readonly read: (response: Uint8Array) => void;
}

export class BatchPlan {
  readonly #planned: PlannedStep[] = [];

  get steps(): readonly ApduStep[] {
    return this.#planned.map(({ step }) => step);
  }

  /** `expectedStatusWords`: with which the batch goes on; default 9000. */
  ask<T>(
    command: Uint8Array,
    parse: (response: Uint8Array) => T,
    expectedStatusWords: readonly number[] = [SW_OK],
  ): Awaited<T> {
    let answer: { readonly value: T } | undefined;
    this.#planned.push({
      step: { command, expectedStatusWords },
      read: (response) => {
        answer = { value: parse(response) };
      },
    });
    return {
      get value(): T {
        if (answer === undefined) throw new Error('the batch has not been settled');
        return answer.value;
      },
    };
  }

  /** Reads all answers; throws the error of the step that stopped the batch. */
  settle(answers: readonly ApduAnswer[]): void {
    for (const [index, { step, read }] of this.#planned.entries()) {
      const answer = answers[index];
      const detail = `step ${index + 1} of ${this.#planned.length}`;
      if (answer === undefined) throw personalizationErrors.make('PERSONALIZATION_BATCH_INCOMPLETE', { detail });
      read(answer.response);
      const { sw } = parseResponse(answer.response);
      if (!(step.expectedStatusWords ?? [SW_OK]).includes(sw)) {
        const found = `${detail}: ${formatStatusWord(sw)}`;
        throw personalizationErrors.make('PERSONALIZATION_BATCH_INCOMPLETE', { detail: found });
      }
    }
    if (answers.length > this.#planned.length) {
      throw personalizationErrors.make('PERSONALIZATION_BATCH_INCOMPLETE', { detail: 'more answers than steps' });
    }
  }
}
