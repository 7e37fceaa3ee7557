/**
 * HSM worker process: one PKCS#11 initialisation, one token, one message at a time. Started by `worker-process.ts`
 * with an IPC channel and a pipe; ends when the channel closes, so that no worker outlives its service.
 */
import { Socket } from 'node:net';
import { isRhcError, type RhcError } from '@rhc/card/errors';
import { operations } from './operations/index.ts';
import { runKnownAnswers } from './pkcs11/known-answers.ts';
import { initialiseToken } from './pkcs11/module.ts';
import { hsmError } from './pkcs11/return-values.ts';
import { Token } from './pkcs11/token.ts';
import type { HsmOperationName, HsmOperations } from './port.ts';
import { forbidCoreDumps } from './process-limits.ts';
import {
  type AnswerFrame,
  type AttachConfig,
  type FromWorker,
  MAX_FRAME_BYTES,
  PIPE_DESCRIPTOR,
  type RequestFrame,
  type ToWorker,
  type WireError,
  type WorkerAnswer,
  type WorkerRequest,
} from './protocol.ts';
import { requireFree, runApproved } from './quorum/gate.ts';
import { FrameReader, frameOf } from './wire-value.ts';

forbidCoreDumps();
let token: Token | undefined;

function send(message: FromWorker, then?: () => void): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => then?.());
  else then?.();
}

const pipe = new Socket({ fd: PIPE_DESCRIPTOR, readable: true, writable: true });

function answer(frame: AnswerFrame, then?: () => void): void {
  pipe.write(frameOf(frame), () => then?.());
}

function wire(error: RhcError): WireError {
  return { body: error.toBody(), httpStatus: error.httpStatus, detail: error.detail };
}

function end(status: number): void {
  token?.close();
  process.exit(status);
}

function attach(config: AttachConfig): void {
  try {
    token = new Token(config);
    const knownAnswers = runKnownAnswers(token, config.required);
    send({ type: 'attached', token: { ...token.info(), knownAnswers } });
  } catch (error) {
    send({ type: 'refused', error: wire(hsmError(error, 'attach')) }, () => end(1));
  } finally {
    config.pin.fill(0);
  }
}

/** How many requests between two looks at the process's memory. */
const MEMORY_EVERY = 50;
let requestsSinceLook = 0;

/** Answers one after the other and sends them together; a lost session ends the worker after what it still could say. */
async function answerAll(requests: RequestFrame): Promise<void> {
  const answers: WorkerAnswer[] = [];
  for (const request of requests) {
    const given = answerOne(request);
    // Only approvals wait for something: the check of their signatures.
    answers.push(given instanceof Promise ? await given : given);
    const last = answers.at(-1) as WorkerAnswer;
    if ('error' in last && last.lost) {
      answer({ answers }, () => end(1));
      return;
    }
  }
  requestsSinceLook += requests.length;
  if (requestsSinceLook < MEMORY_EVERY) answer({ answers });
  else {
    requestsSinceLook = 0;
    answer({ answers, residentBytes: process.memoryUsage.rss() });
  }
}

function answerOne({ id, name, input }: WorkerRequest): WorkerAnswer | Promise<WorkerAnswer> {
  try {
    if (token === undefined) throw new Error('request before attach');
    if (name === 'approved') {
      const waiting = runApproved(token, input as HsmOperations['approved']['input'], operations, () => new Date());
      return waiting.then(
        (output): WorkerAnswer => ({ id, output }),
        (error: unknown) => failed(id, name, error),
      );
    }
    requireFree(token, name);
    const operation = operations[name] as (on: Token, given: typeof input) => HsmOperations[HsmOperationName]['output'];
    return { id, output: operation(token, input) };
  } catch (error) {
    return failed(id, name, error);
  }
}

function failed(id: number, name: HsmOperationName, error: unknown): WorkerAnswer {
  const told = hsmError(error, name);
  const lost = told.code === 'HSM_SLOT_GONE';
  // A failed call may leave its operation active in the session; sentences of our own did not touch it.
  if (!lost && !isRhcError(error)) token?.renewSession();
  return { id, error: wire(told), lost };
}

process.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'attach':
      attach(message.config);
      return;
    case 'initialise-token':
      try {
        const created = initialiseToken(message.config);
        send({ type: 'initialised', created }, () => process.exit(0));
      } catch (error) {
        send({ type: 'refused', error: wire(hsmError(error, 'initialise token')) }, () => process.exit(1));
      }
      return;
  }
});
const reader = new FrameReader(MAX_FRAME_BYTES);
pipe.on('data', (chunk: Buffer) => {
  for (const requests of reader.push(chunk) as RequestFrame[]) void answerAll(requests);
});
// The service is gone or has let this worker go; the channel says which.
pipe.on('error', () => undefined);
process.on('disconnect', () => end(0));
// Ctrl-C in a terminal reaches the whole process group; the service ends its workers itself, after the last answer.
process.on('SIGINT', () => undefined);
