/**
 * HSM worker process: one PKCS#11 initialisation, one token, one message at a time. Started by `worker-process.ts`
 * with an IPC channel; ends when the channel closes, so that no worker outlives its service.
 */
import { isRhcError, type RhcError } from '@rhc/card/errors';
import { operations } from './operations/index.ts';
import { runKnownAnswers } from './pkcs11/known-answers.ts';
import { initialiseToken } from './pkcs11/module.ts';
import { hsmError } from './pkcs11/return-values.ts';
import { Token } from './pkcs11/token.ts';
import type { HsmOperationName, HsmOperations } from './port.ts';
import type { AttachConfig, FromWorker, ToWorker, WireError } from './protocol.ts';
import { requireFree, runApproved } from './quorum/gate.ts';

let token: Token | undefined;

function send(message: FromWorker, then?: () => void): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => then?.());
  else then?.();
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

function answer<K extends HsmOperationName>(id: number, name: K, input: HsmOperations[K]['input']): void {
  try {
    if (token === undefined) throw new Error('request before attach');
    if (name === 'approved') {
      const waiting = runApproved(token, input as HsmOperations['approved']['input'], operations, () => new Date());
      waiting.then(
        (output) => send({ type: 'answer', id, output }),
        (error: unknown) => fail(id, name, error),
      );
      return;
    }
    requireFree(token, name);
    const run = operations[name as Exclude<K, 'approved'>] as (
      token: Token,
      input: unknown,
    ) => HsmOperations[HsmOperationName]['output'];
    send({ type: 'answer', id, output: run(token, input) });
  } catch (error) {
    fail(id, name, error);
  }
}

function fail(id: number, name: HsmOperationName, error: unknown): void {
  const told = hsmError(error, name);
  const lost = told.code === 'HSM_SLOT_GONE';
  send({ type: 'error', id, error: wire(told), lost }, () => {
    if (lost) end(1);
  });
  // A failed call may leave its operation active in the session; sentences of our own did not touch it.
  if (!lost && !isRhcError(error)) token?.renewSession();
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
    case 'request':
      answer(message.id, message.name, message.input);
      return;
  }
});
process.on('disconnect', () => end(0));
// Ctrl-C in a terminal reaches the whole process group; the service ends its workers itself, after the last answer.
process.on('SIGINT', () => undefined);
