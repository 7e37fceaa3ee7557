/**
 * Keeps exactly one PC/SC child alive: request ids, a deadline for every call, a heartbeat for the time between calls,
 * a new process after each death. It knows nothing of cards; what the child's messages mean stands in `supervised-port.ts`.
 */
import type { RhcError } from '@rhc/card/errors';
import { agentErrors } from '../errors.ts';
import { pcscError } from './codes.ts';
import type { FromChild, ToChild } from './messages.ts';

/** What the supervisor needs of `child_process.fork`'s answer; tests give a stand-in. */
export interface PcscChild {
  readonly pid: number | undefined;
  send(message: ToChild): void;
  onMessage(listener: (message: FromChild) => void): void;
  onExit(listener: (reason: string) => void): void;
  /** At once and without asking: the child may hang inside the binding. */
  kill(): void;
}

/** Timers come in as an argument, so that tests need no waiting. */
export interface Timers {
  now(): number;
  after(delayMs: number, action: () => void): () => void;
}

export interface SupervisorLimits {
  readonly heartbeatMs: number;
  /** A child that does not answer a ping for so long hangs. */
  readonly heartbeatDeadlineMs: number;
  readonly connectDeadlineMs: number;
  readonly transmitDeadlineMs: number;
  readonly respawnDelayMs: number;
}

export const DEFAULT_LIMITS: SupervisorLimits = {
  heartbeatMs: 2_000,
  heartbeatDeadlineMs: 5_000,
  connectDeadlineMs: 8_000,
  transmitDeadlineMs: 20_000,
  respawnDelayMs: 100,
};

/** Rejection of a request: the sentence for people and the PC/SC code for the ladder (null when the process died). */
export interface ChildFailure {
  readonly code: number | null;
  readonly error: RhcError;
}

type RequestBody = ToChild extends infer M ? (M extends { id: number } ? Omit<M, 'id'> : never) : never;

interface Pending {
  readonly kind: ToChild['kind'];
  readonly resolve: (response: Uint8Array | null) => void;
  readonly reject: (failure: ChildFailure) => void;
  readonly cancelDeadline: () => void;
}

export interface SupervisorListener {
  onMessage(message: FromChild): void;
  /** Before the next child starts. */
  onChildGone(reason: string): void;
}

export class Supervisor {
  restarts = 0;
  #spawn: () => PcscChild;
  #timers: Timers;
  #limits: SupervisorLimits;
  #listener: SupervisorListener;
  #child: PcscChild | null = null;
  #pending = new Map<number, Pending>();
  #nextId = 1;
  #stopped = false;
  #cancelHeartbeat: () => void = () => undefined;
  #cancelRespawn: () => void = () => undefined;

  constructor(spawn: () => PcscChild, timers: Timers, limits: SupervisorLimits, listener: SupervisorListener) {
    this.#spawn = spawn;
    this.#timers = timers;
    this.#limits = limits;
    this.#listener = listener;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  start(): void {
    const child = this.#spawn();
    this.#child = child;
    child.onMessage((message) => {
      if (child === this.#child) this.#receive(message);
    });
    child.onExit((reason) => this.#gone(child, reason));
    this.#scheduleHeartbeat();
  }

  request(body: RequestBody): Promise<Uint8Array | null> {
    return new Promise((resolve, reject: (failure: ChildFailure) => void) => {
      const child = this.#child;
      if (child === null) {
        reject({ code: null, error: agentErrors.make('PCSC_PROCESS_LOST', { detail: 'no child process' }) });
        return;
      }
      const id = this.#nextId++;
      const deadlineMs = this.#deadlineOf(body.kind);
      const cancelDeadline = this.#timers.after(deadlineMs, () => {
        // The binding has no way to abandon a call: only the end of its process does.
        this.replaceChild(`${body.kind} did not answer within ${deadlineMs} ms`);
      });
      this.#pending.set(id, { kind: body.kind, resolve, reject, cancelDeadline });
      child.send({ ...body, id } as ToChild);
    });
  }

  /** Third rung of the ladder. @param told to those who wait for an answer; else that the process was lost */
  replaceChild(reason: string, told?: RhcError): void {
    const child = this.#child;
    if (child === null) return;
    child.kill();
    this.#gone(child, reason, told);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelHeartbeat();
    this.#cancelRespawn();
    const child = this.#child;
    this.#child = null;
    child?.kill();
    this.#rejectAll('stopped');
  }

  #deadlineOf(kind: ToChild['kind']): number {
    if (kind === 'ping' || kind === 'renew') return this.#limits.heartbeatDeadlineMs;
    return kind === 'transmit' ? this.#limits.transmitDeadlineMs : this.#limits.connectDeadlineMs;
  }

  #receive(message: FromChild): void {
    if (message.kind !== 'answer' && message.kind !== 'refused') {
      this.#listener.onMessage(message);
      return;
    }
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    this.#pending.delete(message.id);
    pending.cancelDeadline();
    if (message.kind === 'answer') pending.resolve(message.response);
    else pending.reject({ code: message.code, error: pcscError(message.code, pending.kind) });
  }

  #gone(child: PcscChild, reason: string, told?: RhcError): void {
    if (child !== this.#child) return;
    this.#child = null;
    this.#cancelHeartbeat();
    this.#rejectAll(reason, told);
    this.#listener.onChildGone(reason);
    if (this.#stopped) return;
    this.restarts += 1;
    this.#cancelRespawn = this.#timers.after(this.#limits.respawnDelayMs, () => this.start());
  }

  #rejectAll(reason: string, told = agentErrors.make('PCSC_PROCESS_LOST', { detail: reason })): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const request of pending) {
      request.cancelDeadline();
      request.reject({ code: null, error: told });
    }
  }

  #scheduleHeartbeat(): void {
    this.#cancelHeartbeat = this.#timers.after(this.#limits.heartbeatMs, () => {
      this.request({ kind: 'ping' }).then(
        () => {
          if (!this.#stopped && this.#child !== null) this.#scheduleHeartbeat();
        },
        // The deadline of the ping has already replaced the child, whose start schedules the next heartbeat.
        () => undefined,
      );
    });
  }
}
