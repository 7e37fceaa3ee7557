/** What an operator watches of the HSM: how many operations, how long, what failed, workers lost and recycled. */
import { isRhcError } from '@rhc/card/errors';
import { Counter, Gauge, Histogram, type Metric } from 'prom-client';
import type { HsmOperationName, HsmOperations, HsmPort } from './hsm/port.ts';

const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface MeasuredHsm {
  readonly hsm: HsmPort;
  /** To be registered with the service's own. */
  readonly metrics: readonly Metric[];
}

/** Everything passes through; only `run` is timed. */
export function measuredHsm(hsm: HsmPort): MeasuredHsm {
  const registers: never[] = [];
  const seconds = new Histogram({
    name: 'rhc_hsm_operation_seconds',
    help: 'HSM operations as the service waits for them, with queueing',
    labelNames: ['operation'],
    buckets: BUCKETS,
    registers,
  });
  const failures = new Counter({
    name: 'rhc_hsm_operation_failures_total',
    help: 'HSM operations that failed, by error code',
    labelNames: ['operation', 'code'],
    registers,
  });
  const workers = new Gauge({
    name: 'rhc_hsm_workers',
    help: 'HSM worker processes that are attached',
    registers,
    collect() {
      this.set(hsm.workers);
    },
  });
  const run = async <K extends HsmOperationName>(operation: K, input: HsmOperations[K]['input']) => {
    const end = seconds.startTimer({ operation });
    try {
      return await hsm.run(operation, input);
    } catch (error) {
      failures.inc({ operation, code: isRhcError(error) ? error.code : 'INTERNAL' });
      throw error;
    } finally {
      end();
    }
  };
  const measured = new Proxy(hsm, {
    get: (target, name) => {
      if (name === 'run') return run;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { hsm: measured, metrics: [seconds, failures, workers] };
}

export interface HsmEvents {
  readonly counter: Counter;
  count(event: string): void;
}

/** Attached, recycled, ended unasked, refused: told by the worker pool before any registry exists. */
export function hsmEvents(): HsmEvents {
  const counter = new Counter({
    name: 'rhc_hsm_worker_events_total',
    help: 'HSM worker processes attached, recycled, ended, refused',
    labelNames: ['event'],
    registers: [],
  });
  return { counter, count: (event) => counter.inc({ event }) };
}
