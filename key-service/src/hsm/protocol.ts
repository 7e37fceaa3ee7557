/**
 * Messages between key-service and one HSM worker process: attach and end over Node's IPC, requests and answers as
 * frames (`wire-value.ts`) over a pipe of their own, which costs a third of the IPC.
 */
import type { ErrorBody } from '@rhc/card/errors';
import type { AlgorithmSuite } from '@rhc/card/profile';
import type { HsmModel } from '@rhc/hsm-config';
import type { HsmOperationName, HsmOperations, TokenDescription } from './port.ts';

export interface AttachConfig {
  readonly modulePath: string;
  readonly tokenLabel: string;
  readonly suites: HsmModel['suites'];
  readonly vendorNumbers: HsmModel['vendorNumbers'];
  /** False for a model without CKA_ALLOWED_MECHANISMS. */
  readonly limitsMechanisms: boolean;
  /** Suites without which this token is of no use: one that fails its known answers refuses the token. */
  readonly required: readonly AlgorithmSuite[];
  readonly pin: Uint8Array;
  /** SubjectPublicKeyInfo of the SAM token; null: this token seals no roots for SAMs. */
  readonly samKey: Uint8Array | null;
}

export interface InitialiseConfig {
  readonly modulePath: string;
  readonly tokenLabel: string;
  readonly soPin: Uint8Array;
  readonly pin: Uint8Array;
}

export interface WireError {
  readonly body: ErrorBody;
  readonly httpStatus: number;
  readonly detail: string | undefined;
}

export type ToWorker =
  | { readonly type: 'attach'; readonly config: AttachConfig }
  | { readonly type: 'initialise-token'; readonly config: InitialiseConfig };

/** File descriptor of the worker's end of the pipe. */
export const PIPE_DESCRIPTOR = 4;
/** Longer than any request: a restore of all roots has some 100 KiB. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** One frame to the worker: several requests at once, for whoever waited together. */
export type RequestFrame = readonly WorkerRequest[];

export interface WorkerRequest {
  readonly id: number;
  readonly name: HsmOperationName;
  readonly input: HsmOperations[HsmOperationName]['input'];
}

/** `lost`: the worker's session is gone; it ends, and the request may run again in another worker. */
export type WorkerAnswer =
  | { readonly id: number; readonly output: HsmOperations[HsmOperationName]['output'] }
  | { readonly id: number; readonly error: WireError; readonly lost: boolean };

export type FromWorker =
  | { readonly type: 'attached'; readonly token: TokenDescription }
  | { readonly type: 'initialised'; readonly created: boolean }
  | { readonly type: 'refused'; readonly error: WireError };

/** One frame from the worker, for one of requests. `residentBytes`: the worker's memory, told now and then. */
export interface AnswerFrame {
  readonly answers: readonly WorkerAnswer[];
  readonly residentBytes?: number;
}
