/**
 * HsmPort over worker processes: bounded queue, deadlines, restart of a lost worker with its requests run again (all
 * are idempotent), and recycling by operation count before SoftHSM2's small leak adds up. A wrong PIN is never tried
 * twice: that would lock the token.
 */
import type { RhcError } from '@rhc/card/errors';
import { isRhcError } from '@rhc/card/errors';
import { keyServiceErrors } from '../errors.ts';
import type { HsmOperationName, HsmOperations, HsmPort, TokenDescription } from './port.ts';
import type { AttachConfig, ToWorker } from './protocol.ts';
import { WorkerProcess } from './worker-process.ts';

export interface WorkerPoolOptions {
  /** Path of the built `hsm/worker.js`. */
  readonly workerPath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly attach: Omit<AttachConfig, 'pin'>;
  /** Gives a fresh copy of the PIN for each worker; the pool wipes it. */
  readonly pin: () => Uint8Array;
  readonly workers: number;
  readonly deadlineMs?: number;
  readonly attachTimeoutMs?: number;
  readonly maxQueued?: number;
  /** Keys handled by a worker before a fresh one takes its place. */
  readonly recycleAfter?: number;
  /** First pause before a lost worker is started again; doubles up to 30 s. */
  readonly restartDelayMs?: number;
  readonly onEvent?: (event: string, details: Readonly<Record<string, unknown>>) => void;
}

interface Job {
  readonly id: number;
  readonly name: HsmOperationName;
  readonly input: HsmOperations[HsmOperationName]['input'];
  readonly resolve: (output: HsmOperations[HsmOperationName]['output']) => void;
  readonly reject: (error: unknown) => void;
  timer: ReturnType<typeof setTimeout> | undefined;
  attempts: number;
}

interface Seat {
  worker: WorkerProcess;
  ready: boolean;
  /** No new work: a successor stands ready, and the process ends when its last answer is out. */
  retiring: boolean;
  readonly jobs: Map<number, Job>;
  operations: number;
}

const MAX_ATTEMPTS = 4;
/** A second message in flight hides the IPC's latency; more would only be lost together. */
const IN_FLIGHT_PER_WORKER = 2;
const MAX_RESTART_DELAY_MS = 30_000;

/** Cost of an operation in derived keys, the measure of the leak. */
function weight(job: Job): number {
  if (job.name === 'prepare') return (job.input as HsmOperations['prepare']['input']).loads.length + 2;
  if (job.name === 'rekey') return (job.input as HsmOperations['rekey']['input']).loads.length + 2;
  if (job.name === 'terminal') return (job.input as HsmOperations['terminal']['input']).length;
  if (job.name === 'wrap-loop') return (job.input as HsmOperations['wrap-loop']['input']).count;
  return 2;
}

export class HsmWorkerPool implements HsmPort {
  readonly #options: Required<WorkerPoolOptions>;
  readonly #seats = new Set<Seat>();
  readonly #queue: Job[] = [];
  #token: TokenDescription | undefined;
  readonly #onEnd = new Map<Seat, () => void>();
  #nextId = 1;
  #closed = false;
  #restartDelayMs: number;
  readonly #restarts = new Set<ReturnType<typeof setTimeout>>();
  /** Set when no restart can help: wrong PIN, failed known answer. */
  #refused: RhcError | undefined;

  private constructor(options: WorkerPoolOptions) {
    this.#options = {
      deadlineMs: 10_000,
      attachTimeoutMs: 20_000,
      maxQueued: 1_000,
      recycleAfter: 200_000,
      restartDelayMs: 50,
      onEvent: () => undefined,
      ...options,
    };
    this.#restartDelayMs = this.#options.restartDelayMs;
  }

  static async start(options: WorkerPoolOptions): Promise<HsmWorkerPool> {
    const pool = new HsmWorkerPool(options);
    try {
      // One first: a wrong PIN must cost one try, not one a worker.
      pool.#token = await pool.#seat().worker.token;
      await Promise.all(Array.from({ length: options.workers - 1 }, () => pool.#seat().worker.token));
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  get token(): TokenDescription {
    if (this.#token === undefined) throw keyServiceErrors.make('HSM_CLOSED');
    return this.#token;
  }

  get workers(): number {
    return [...this.#seats].filter((seat) => seat.ready && !seat.retiring).length;
  }

  /** Process ids of the workers, for tests and for the operator. */
  get workerPids(): number[] {
    return [...this.#seats].flatMap((seat) => (seat.worker.pid === undefined ? [] : [seat.worker.pid]));
  }

  run<K extends HsmOperationName>(name: K, input: HsmOperations[K]['input']): Promise<HsmOperations[K]['output']> {
    if (this.#closed) return Promise.reject(keyServiceErrors.make('HSM_CLOSED'));
    if (this.#refused !== undefined) return Promise.reject(this.#refused);
    if (this.#queue.length >= this.#options.maxQueued) return Promise.reject(keyServiceErrors.make('HSM_BUSY'));
    return new Promise<HsmOperations[K]['output']>((resolve, reject) => {
      const job: Job = {
        id: this.#nextId++,
        name,
        input,
        resolve: resolve as Job['resolve'],
        reject,
        timer: undefined,
        attempts: 0,
      };
      job.timer = setTimeout(() => this.#expire(job), this.#options.deadlineMs);
      this.#queue.push(job);
      this.#dispatch();
    });
  }

  renew(): void {
    for (const seat of [...this.#seats]) {
      if (seat.retiring || this.#closed) continue;
      seat.operations = Number.NEGATIVE_INFINITY;
      this.#seat(seat);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#restarts) clearTimeout(timer);
    const seats = [...this.#seats];
    for (const job of [...this.#queue.splice(0), ...seats.flatMap((seat) => [...seat.jobs.values()])]) {
      this.#settle(job);
      job.reject(keyServiceErrors.make('HSM_CLOSED'));
    }
    await Promise.all(seats.map((seat) => this.#endOf(seat)));
  }

  /** Waits until a worker's process is gone, at most two seconds, then kills it. */
  #endOf(seat: Seat): Promise<void> {
    if (seat.worker.exited) return Promise.resolve();
    return new Promise((resolve) => {
      const kill = setTimeout(() => seat.worker.kill(), 2_000);
      this.#onEnd.set(seat, () => {
        clearTimeout(kill);
        resolve();
      });
      seat.worker.release();
    });
  }

  #seat(replaces?: Seat): Seat {
    const { workerPath, environment, attach, attachTimeoutMs, onEvent } = this.#options;
    const message = (): ToWorker => ({ type: 'attach', config: { ...attach, pin: this.#options.pin() } });
    const jobs = new Map<number, Job>();
    const worker = new WorkerProcess(workerPath, environment, message, attachTimeoutMs, {
      onAnswer: (id, output) => {
        const job = this.#finished(seat, id);
        job?.resolve(output);
        this.#afterAnswer(seat);
      },
      onError: (id, error, lost) => {
        const job = lost ? undefined : this.#finished(seat, id);
        job?.reject(error);
        if (!lost) this.#afterAnswer(seat);
      },
      onExit: () => this.#lost(seat),
    });
    const seat: Seat = { worker, ready: false, retiring: false, jobs, operations: 0 };
    this.#seats.add(seat);
    worker.token.then(
      () => {
        seat.ready = true;
        this.#restartDelayMs = this.#options.restartDelayMs;
        onEvent('hsm-worker-attached', { pid: worker.pid });
        if (replaces !== undefined) {
          replaces.retiring = true;
          this.#afterAnswer(replaces);
        }
        this.#dispatch();
      },
      (error: unknown) => this.#attachFailed(error),
    );
    return seat;
  }

  #attachFailed(error: unknown): void {
    if (!isRhcError(error)) return;
    this.#options.onEvent('hsm-worker-refused', { code: error.code, detail: error.detail });
    const hopeless = ['HSM_PIN_WRONG', 'HSM_PIN_LOCKED', 'HSM_PIN_EXPIRED', 'HSM_KNOWN_ANSWER_FAILED'];
    if (!hopeless.includes(error.code)) return;
    this.#refused = error;
    for (const job of this.#queue.splice(0)) {
      this.#settle(job);
      job.reject(error);
    }
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const seat = [...this.#seats]
        .filter((each) => each.ready && !each.retiring && !each.worker.exited && each.jobs.size < IN_FLIGHT_PER_WORKER)
        .sort((a, b) => a.jobs.size - b.jobs.size)[0];
      const job = seat === undefined ? undefined : this.#queue.shift();
      if (seat === undefined || job === undefined) return;
      job.attempts++;
      seat.jobs.set(job.id, job);
      seat.operations += weight(job);
      seat.worker.send({ type: 'request', id: job.id, name: job.name, input: job.input });
    }
  }

  #finished(seat: Seat, id: number): Job | undefined {
    const job = seat.jobs.get(id);
    seat.jobs.delete(id);
    if (job !== undefined) this.#settle(job);
    return job;
  }

  #settle(job: Job): void {
    clearTimeout(job.timer);
  }

  #afterAnswer(seat: Seat): void {
    if (seat.retiring && seat.jobs.size === 0) seat.worker.release();
    else if (!seat.retiring && seat.operations >= this.#options.recycleAfter && !this.#closed) {
      seat.operations = Number.NEGATIVE_INFINITY;
      this.#options.onEvent('hsm-worker-recycled', { pid: seat.worker.pid });
      this.#seat(seat);
    }
    this.#dispatch();
  }

  #expire(job: Job): void {
    const queued = this.#queue.indexOf(job);
    if (queued >= 0) this.#queue.splice(queued, 1);
    job.reject(keyServiceErrors.make('HSM_TIMEOUT', { detail: job.name }));
    for (const seat of this.#seats) {
      // A worker that hangs in a synchronous call can only be killed; its other requests run again elsewhere.
      if (seat.jobs.delete(job.id)) seat.worker.kill();
    }
  }

  #lost(seat: Seat): void {
    this.#seats.delete(seat);
    this.#onEnd.get(seat)?.();
    this.#onEnd.delete(seat);
    if (this.#closed) return;
    for (const job of seat.jobs.values()) {
      if (job.attempts < MAX_ATTEMPTS) this.#queue.unshift(job);
      else {
        this.#settle(job);
        job.reject(keyServiceErrors.make('HSM_WORKER_LOST', { detail: job.name }));
      }
    }
    this.#options.onEvent('hsm-worker-ended', { pid: seat.worker.pid, expected: seat.retiring });
    this.#dispatch();
    if (!seat.retiring && this.#refused === undefined && this.#token !== undefined) this.#restartLater();
  }

  #restartLater(): void {
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      if (this.#closed) return;
      // A recycled worker that died while its successor attached leaves the pool complete already.
      if (this.#seats.size < this.#options.workers) this.#seat();
    }, this.#restartDelayMs);
    this.#restarts.add(timer);
    this.#restartDelayMs = Math.min(this.#restartDelayMs * 2, MAX_RESTART_DELAY_MS);
  }
}
