/** Reading and doing, as React sees them. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { Fault } from './api.ts';

export interface Loaded<T> {
  readonly value: T | null;
  readonly fault: Fault | null;
  readonly loading: boolean;
  reload(): void;
}

const asFault = (error: unknown): Fault =>
  error instanceof Fault
    ? error
    : new Fault(
        {
          code: 'PAGE_FAULT',
          message: { zh: '页面出错。', en: 'The page met an error.' },
          nextStep: { zh: '请刷新页面后重试。', en: 'Reload the page and try again.' },
          retriable: true,
        },
        0,
        error instanceof Error ? error.message : null,
      );

/**
 * Reads when the key changes, and again every `everyMs`. A newer answer is never overwritten by an older one; while it
 * reads again the last value stays.
 * @param key null: nothing is read
 */
export function useLoad<T>(key: string | null, read: (signal: AbortSignal) => Promise<T>, everyMs?: number): Loaded<T> {
  const [state, setState] = useState<{ key: string | null; value: T | null; fault: Fault | null; loading: boolean }>({
    key: null,
    value: null,
    fault: null,
    loading: key !== null,
  });
  const [round, setRound] = useState(0);
  const latest = useRef(read);
  latest.current = read;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is the wish to read again
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const once = async () => {
      try {
        const value = await latest.current(abort.signal);
        if (!abort.signal.aborted) setState({ key, value, fault: null, loading: false });
      } catch (error) {
        if (abort.signal.aborted) return;
        setState((old) => ({ key, value: old.key === key ? old.value : null, fault: asFault(error), loading: false }));
      }
      if (everyMs !== undefined && !abort.signal.aborted) timer = setTimeout(once, everyMs);
    };
    setState((old) => ({ ...old, value: old.key === key ? old.value : null, loading: true }));
    void once();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs, round]);
  const reload = useCallback(() => setRound((old) => old + 1), []);
  return { value: state.value, fault: state.fault, loading: state.loading, reload };
}

export interface Doing<A extends unknown[], T> {
  /** Undefined when it failed: `fault` says why. A second call while one runs does nothing. */
  run(...args: A): Promise<T | undefined>;
  readonly busy: boolean;
  readonly fault: Fault | null;
  clear(): void;
}

/** A button's work. */
export function useDo<A extends unknown[], T>(work: (...args: A) => Promise<T>): Doing<A, T> {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const running = useRef(false);
  const latest = useRef(work);
  latest.current = work;
  const run = useCallback(async (...args: A): Promise<T | undefined> => {
    if (running.current) return undefined;
    running.current = true;
    setBusy(true);
    setFault(null);
    try {
      return await latest.current(...args);
    } catch (error) {
      setFault(asFault(error));
      return undefined;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  return { run, busy, fault, clear: useCallback(() => setFault(null), []) };
}
