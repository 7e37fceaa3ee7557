/** One HSM worker child process seen from its parent: start, send, end. Decides nothing; `worker-pool.ts` does. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { errorFromBody, RhcError } from '@rhc/card/errors';
import { keyServiceErrors } from '../errors.ts';
import type { TokenDescription } from './port.ts';
import {
  type AnswerFrame,
  type FromWorker,
  MAX_FRAME_BYTES,
  PIPE_DESCRIPTOR,
  type RequestFrame,
  type ToWorker,
  type WireError,
  type WorkerAnswer,
} from './protocol.ts';
import { FrameReader, frameOf } from './wire-value.ts';

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
    stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
  });
}

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #pipe: Socket;
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
    this.#pipe = this.#child.stdio[PIPE_DESCRIPTOR] as Socket;
    // A broken pipe shows itself by the exit event; the pool runs the requests again then.
    this.#pipe.on('error', () => undefined);
    this.#listen(events);
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

  send(requests: RequestFrame): void {
    const frame = frameOf(requests);
    // Requests carry key components; what is written needs them no more.
    this.#pipe.write(frame, () => frame.fill(0));
  }

  /** A pipe that delivers anything else is of no use any more, and neither is its worker. */
  #framesOf(reader: FrameReader, chunk: Buffer): AnswerFrame[] {
    try {
      return reader.push(chunk) as AnswerFrame[];
    } catch {
      this.kill();
      return [];
    }
  }

  #listen({ onAnswers, onMemory }: WorkerEvents): void {
    const reader = new FrameReader(MAX_FRAME_BYTES);
    this.#pipe.on('data', (chunk: Buffer) => {
      // The pool has given its requests to another worker already.
      if (this.exited) return;
      for (const { answers, residentBytes } of this.#framesOf(reader, chunk)) {
        onAnswers(answers);
        if (residentBytes !== undefined) onMemory(residentBytes);
      }
    });
  }

  /** Lets the worker finalize PKCS#11 and end by itself. */
  release(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
