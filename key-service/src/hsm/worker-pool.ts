/**
 * HsmPort over worker processes: bounded queue, deadlines, restart of a lost worker with its requests run again (all
 * are idempotent), and recycling by operation count and resident memory before SoftHSM2's small leak adds up: the
 * successor attaches first. What waits together goes out together. A wrong PIN is never tried twice: that would lock
 * the token. Over 300 lines: the pool's bookkeeping is one state, split it would be harder to follow.
 */
import type { RhcError } from '@rhc/card/errors';
import { isRhcError } from '@rhc/card/errors';
import { keyServiceErrors } from '../errors.ts';
import type { HsmOperationName, HsmOperations, HsmPort, TokenDescription } from './port.ts';
import type { AttachConfig, ToWorker } from './protocol.ts';
import { errorFromWire, WorkerProcess } from './worker-process.ts';

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
  /** Resident memory of a worker at which a fresh one takes its place. */
  readonly recycleAboveBytes?: number;
  /** Refuses at once while no worker is attached, because another token may serve; else requests wait. */
  readonly refuseWhenAway?: boolean;
  /** First pause before a lost worker is started again; doubles up to 30 s. */
  readonly restartDelayMs?: number;
  /** A worker stands at its token. */
  readonly keepToken?: () => void;
  /** No worker finds the token. @returns true when something was put back, so that the next one may find it */
  readonly mendToken?: () => boolean;
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
  /** Messages that are not answered yet, and the weight of their requests. */
  messages: number;
  load: number;
  operations: number;
}

/** Kills may come often (a drill kills hundreds); a request that kills its worker each time must end all the same. */
const MAX_ATTEMPTS = 8;
/** Workers begun at the start for one seat. */
const MAX_STARTS = 3;
/** A second message in flight hides the pipe's latency; more would only be lost together. */
const IN_FLIGHT_PER_WORKER = 2;
/** Requests in one message: enough to share its cost, few enough to leave work for the other workers. */
const MAX_TOGETHER = 16;
/**
 * As many keys as one worker handles in some 3 ms. Up to that, requests wait for the worker that is at work and go to it
 * together: waking a second process for each costs more than the work itself.
 */
const LIGHT_LOAD = 20;
/** So long at most: the worker that is at work may hang. */
const LIGHT_WAIT_MS = 3;
/** Resident memory of a worker above which it is replaced. */
export const RECYCLE_ABOVE_BYTES = 400 * 1024 * 1024;
const MAX_RESTART_DELAY_MS = 30_000;

const away = () => keyServiceErrors.make('HSM_SLOT_GONE', { detail: 'no worker is attached' });

/** Cost of an operation in derived keys, the measure of the leak. */
function weight(job: Job): number {
  if (job.name === 'prepare') return (job.input as HsmOperations['prepare']['input']).loads.length + 2;
  if (job.name === 'rekey') return (job.input as HsmOperations['rekey']['input']).loads.length + 2;
  if (job.name === 'terminal') return (job.input as HsmOperations['terminal']['input']).length;
  if (job.name === 'sam-channel') return (job.input as HsmOperations['sam-channel']['input']).items.length + 2;
  if (job.name === 'wrap-card-keys') {
    const { cards } = job.input as HsmOperations['wrap-card-keys']['input'];
    return cards.reduce((sum, { keys }) => sum + keys.length, 2);
  }
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
  #dispatchDue = false;
  #lightWait: ReturnType<typeof setTimeout> | undefined;
  readonly #restarts = new Set<ReturnType<typeof setTimeout>>();
  #tokenMended = false;
  /** Set when no restart can help: wrong PIN, failed known answer. */
  #refused: RhcError | undefined;

  private constructor(options: WorkerPoolOptions) {
    this.#options = {
      deadlineMs: 10_000,
      attachTimeoutMs: 60_000,
      maxQueued: 1_000,
      recycleAfter: 200_000,
      recycleAboveBytes: RECYCLE_ABOVE_BYTES,
      refuseWhenAway: false,
      restartDelayMs: 50,
      keepToken: () => undefined,
      mendToken: () => false,
      onEvent: () => undefined,
      ...options,
    };
    this.#restartDelayMs = this.#options.restartDelayMs;
  }

  static async start(options: WorkerPoolOptions): Promise<HsmWorkerPool> {
    const pool = new HsmWorkerPool(options);
    try {
      // One first: a wrong PIN must cost one try, not one a worker.
      pool.#token = await pool.#attached();
      await Promise.all(Array.from({ length: options.workers - 1 }, () => pool.#attached()));
      return pool;
    } catch (error) {
      await pool.close();
      throw error;
    }
  }

  /** At the start nobody restarts a worker yet: one that was killed before it was attached is simply followed by another. */
  async #attached(): Promise<TokenDescription> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#seat().worker.token;
      } catch (error) {
        const lost = isRhcError(error) && error.code === 'HSM_WORKER_LOST';
        const again = lost || this.#tokenMended;
        this.#tokenMended = false;
        if (!again || attempt === MAX_STARTS) throw error;
        this.#options.onEvent('hsm-worker-lost-at-start', { attempt });
      }
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
    if (this.#options.refuseWhenAway && this.workers === 0) return Promise.reject(away());
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
      this.#dispatchSoon();
    });
  }

  /** At the end of this turn of the event loop, so that requests that came together go out together. */
  #dispatchSoon(): void {
    if (this.#dispatchDue) return;
    this.#dispatchDue = true;
    setImmediate(() => {
      this.#dispatchDue = false;
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
    clearTimeout(this.#lightWait);
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
      onAnswers: (answers) => {
        seat.messages--;
        for (const { id } of answers) {
          const job = jobs.get(id);
          if (job !== undefined) seat.load -= weight(job);
        }
        for (const answer of answers) {
          if ('output' in answer) this.#finished(seat, answer.id)?.resolve(answer.output);
          // A lost session ends its worker; the request is run again when that is seen.
          else if (!answer.lost) this.#finished(seat, answer.id)?.reject(errorFromWire(answer.error));
        }
        this.#afterAnswer(seat);
      },
      onMemory: (bytes) => {
        if (bytes > this.#options.recycleAboveBytes) this.#recycle(seat, { residentBytes: bytes });
      },
      onExit: () => {
        // A successor that never came: the one it was to replace is replaced at its next answer.
        if (replaces !== undefined && !replaces.retiring) replaces.operations = this.#options.recycleAfter;
        this.#lost(seat);
      },
    });
    const seat: Seat = { worker, ready: false, retiring: false, jobs, messages: 0, load: 0, operations: 0 };
    this.#seats.add(seat);
    worker.token.then(
      ({ serial }) => {
        // Another token under the same label holds other keys.
        if (this.#token !== undefined && serial !== this.#token.serial) {
          this.#attachFailed(keyServiceErrors.make('HSM_KEYS_DIFFER', { detail: `serial ${serial}` }));
          worker.kill();
          return;
        }
        seat.ready = true;
        this.#caring(() => this.#options.keepToken());
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
    if (error.code === 'HSM_TOKEN_MISSING') {
      this.#tokenMended = this.#caring(() => this.#options.mendToken()) ?? false;
      if (this.#tokenMended) this.#options.onEvent('hsm-token-mended', {});
    }
    const hopeless = [
      'HSM_PIN_WRONG',
      'HSM_PIN_LOCKED',
      'HSM_PIN_EXPIRED',
      'HSM_KNOWN_ANSWER_FAILED',
      'HSM_KEYS_DIFFER',
    ];
    if (!hopeless.includes(error.code)) return;
    this.#refused = error;
    this.#refuseWaiting(error);
  }

  /** Care of the token's files: when it fails the token may serve all the same. */
  #caring<T>(care: () => T): T | undefined {
    try {
      return care();
    } catch (error) {
      this.#options.onEvent('hsm-token-care-failed', { error: String(error) });
      return undefined;
    }
  }

  #refuseWaiting(error: RhcError): void {
    for (const job of this.#queue.splice(0)) {
      this.#settle(job);
      job.reject(error);
    }
  }

  /** @param patient false once something has waited for the worker at work as long as it may */
  #dispatch(patient = true): void {
    while (this.#queue.length > 0) {
      const able = [...this.#seats].filter((each) => each.ready && !each.retiring && !each.worker.exited);
      const free = able.filter((each) => each.messages < IN_FLIGHT_PER_WORKER);
      const atWork = patient ? this.#lightlyAtWork(able) : undefined;
      if (atWork !== undefined && !free.includes(atWork)) {
        this.#lightWait ??= setTimeout(() => {
          this.#lightWait = undefined;
          this.#dispatch(false);
        }, LIGHT_WAIT_MS);
        return;
      }
      const seat = atWork ?? free.sort((a, b) => a.load - b.load)[0];
      if (seat === undefined) break;
      this.#give(seat, this.#together(atWork === undefined ? free.length : 1));
    }
    clearTimeout(this.#lightWait);
    this.#lightWait = undefined;
  }

  /** The worker that is at work already, as long as it and all that waits are light. */
  #lightlyAtWork(able: readonly Seat[]): Seat | undefined {
    const busy = able.filter((each) => each.messages > 0).sort((a, b) => a.load - b.load)[0];
    if (busy === undefined) return undefined;
    let load = busy.load;
    for (const job of this.#queue) {
      load += weight(job);
      if (load > LIGHT_LOAD || job.attempts > 0) return undefined;
    }
    return busy;
  }

  /** A fair share of what waits; a request that has lost a worker before goes alone, so that it takes no others along. */
  #together(seats: number): Job[] {
    const [first] = this.#queue;
    if (first !== undefined && first.attempts > 0) return this.#queue.splice(0, 1);
    const share = Math.min(MAX_TOGETHER, Math.ceil(this.#queue.length / seats));
    const stop = this.#queue.findIndex(({ attempts }) => attempts > 0);
    return this.#queue.splice(0, stop > 0 ? Math.min(stop, share) : share);
  }

  #give(seat: Seat, jobs: readonly Job[]): void {
    for (const job of jobs) {
      job.attempts++;
      seat.jobs.set(job.id, job);
      seat.operations += weight(job);
      seat.load += weight(job);
    }
    seat.messages++;
    seat.worker.send(jobs.map(({ id, name, input }) => ({ id, name, input })));
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
    else if (seat.operations >= this.#options.recycleAfter) this.#recycle(seat, { operations: seat.operations });
    this.#dispatch();
  }

  /** A successor attaches first; this one retires when it stands ready, and ends after its last answer. */
  #recycle(seat: Seat, why: Readonly<Record<string, number>>): void {
    if (seat.retiring || seat.operations < 0 || this.#closed) return;
    seat.operations = Number.NEGATIVE_INFINITY;
    this.#options.onEvent('hsm-worker-recycled', { pid: seat.worker.pid, ...why });
    this.#seat(seat);
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
    if (this.#options.refuseWhenAway && this.workers === 0) this.#refuseWaiting(away());
    this.#dispatch();
    if (!seat.retiring && this.#refused === undefined && this.#token !== undefined) this.#restartLater();
  }

  #restartLater(): void {
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      if (this.#closed) return;
      // A recycled worker that died while its successor attached leaves the pool complete already; one that retires does not
      // count, for the successor that took its place may be the one that died.
      const standing = [...this.#seats].filter((each) => !each.retiring).length;
      if (standing < this.#options.workers) this.#seat();
    }, this.#restartDelayMs);
    this.#restarts.add(timer);
    this.#restartDelayMs = Math.min(this.#restartDelayMs * 2, MAX_RESTART_DELAY_MS);
  }
}
