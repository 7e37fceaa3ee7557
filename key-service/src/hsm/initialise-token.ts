/** Initialising a token, in a worker process of its own: PKCS#11 shows new slots only to a new initialisation. */
import { keyServiceErrors } from '../errors.ts';
import type { FromWorker, InitialiseConfig } from './protocol.ts';
import { errorFromWire, forkWorker } from './worker-process.ts';

/** True when a token was made; false when one with this label was there. PINs in `config` are wiped. */
export function initialiseTokenInWorker(
  workerPath: string,
  environment: Readonly<Record<string, string>>,
  config: InitialiseConfig,
): Promise<boolean> {
  const child = forkWorker(workerPath, environment);
  const result = new Promise<boolean>((resolve, reject) => {
    child.on('message', (message: FromWorker) => {
      if (message.type === 'initialised') resolve(message.created);
      else if (message.type === 'refused') reject(errorFromWire(message.error));
    });
    child.once('error', (cause) => reject(keyServiceErrors.make('HSM_WORKER_LOST', { cause })));
    child.once('exit', () => reject(keyServiceErrors.make('HSM_WORKER_LOST', { detail: 'initialise token' })));
  });
  child.send({ type: 'initialise-token', config });
  config.pin.fill(0);
  config.soPin.fill(0);
  return result;
}
