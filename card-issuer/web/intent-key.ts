/** One key for what a person means to do: the same over repetitions after a fault, another one once it is done. */
import { newIdempotencyKey } from '@rhc/console-shell';
import { useRef } from 'react';

export interface IntentKey {
  readonly current: string;
  renew(): void;
}

export function useIntentKey(): IntentKey {
  const key = useRef(newIdempotencyKey());
  return {
    get current() {
      return key.current;
    },
    renew() {
      key.current = newIdempotencyKey();
    },
  };
}
