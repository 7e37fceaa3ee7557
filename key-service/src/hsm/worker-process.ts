/** One HSM worker child process seen from its parent: start, send, end. Decides nothing; `worker-pool.ts` does. */
import { type ChildProcess, fork } from 'node:child_process';
import { errorFromBody, RhcError } from '@rhc/card/errors';
import { keyServiceErrors } from '../errors.ts';
import type { TokenDescription } from './port.ts';
import type { FromWorker, ToWorker, WireError, WorkerAnswer } from './protocol.ts';

export interface WorkerEvents {
  /** Once for each message, whatever number of answers stands in it. */
  readonly onAnswers: (answers: readonly WorkerAnswer[]) => void;
  /** The worker's resident memory. */
  readonly onMemory: (bytes: number) => void;
  /** Once, after the process has ended for whatever reason. */
  readonly onExit: () => void;
}

export function errorFromWire({ body, httpStatus, detail }: WireError): RhcError {
  const error = errorFromBody(body, httpStatus);
  if (detail === undefined) return error;
  const definition = { message: error.text, nextStep: error.nextStep, retriable: error.retriable, httpStatus };
  return new RhcError(error.code, definition, {
    detail,
    ...(error.fields === undefined ? {} : { fields: error.fields }),
  });
}

/** The worker sees nothing of the service's environment but what PKCS#11 needs. */
export function forkWorker(workerPath: string, environment: Readonly<Record<string, string>>): ChildProcess {
  return fork(workerPath, [], {
    env: { ...environment },
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly token: Promise<TokenDescription>;
  exited = false;

  constructor(
    workerPath: string,
    environment: Readonly<Record<string, string>>,
    attach: () => ToWorker,
    attachTimeoutMs: number,
    events: WorkerEvents,
  ) {
    this.#child = forkWorker(workerPath, environment);
    this.token = new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(keyServiceErrors.make('HSM_TIMEOUT', { detail: 'attach' }));
        this.kill();
      }, attachTimeoutMs);
      this.#child.on('message', (message: FromWorker) => {
        if (message.type === 'attached') {
          clearTimeout(timer);
          resolve(message.token);
        } else if (message.type === 'refused') {
          clearTimeout(timer);
          reject(errorFromWire(message.error));
        } else if (message.type === 'answers') {
          events.onAnswers(message.answers);
          if (message.residentBytes !== undefined) events.onMemory(message.residentBytes);
        }
      });
      const ended = () => {
        if (this.exited) return;
        this.exited = true;
        clearTimeout(timer);
        reject(keyServiceErrors.make('HSM_WORKER_LOST', { detail: 'ended before it was attached' }));
        events.onExit();
      };
      this.#child.once('exit', ended);
      this.#child.once('error', ended);
    });
    const message = attach();
    this.#child.send(message);
    if (message.type === 'attach') message.config.pin.fill(0);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(message: ToWorker): void {
    // A closed channel shows itself by the exit event; the pool runs the request again then.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Lets the worker finalize PKCS#11 and end by itself. */
  release(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
