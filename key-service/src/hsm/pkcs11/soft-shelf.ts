/** The soft engine's keys at rest: data objects of the token, each AES-CBC under a key that the token made and keeps. */
import { concatBytes } from '@rhc/card/bytes';
import { keyServiceErrors } from '../../errors.ts';
import { SOFT_APPLICATION, type SoftShelf } from '../soft-suite.ts';
import type { Handle } from './module.ts';
import { templates } from './templates.ts';
import type { Token } from './token.ts';

const SEALING_KEY = 'SOFT.SEAL#1';
const IV_BYTES = 16;

export function softShelf(token: Token): SoftShelf {
  let sealing: Handle | undefined;
  const sealingKey = (): Handle => {
    if (sealing === undefined) {
      if (token.findSecret(SEALING_KEY) === null) token.generate(templates.sealing(SEALING_KEY));
      sealing = token.secret(SEALING_KEY);
    }
    return sealing;
  };
  /** Every search in a token reads each of its objects: where nothing is on the shelf, once in a worker's life is enough. */
  let empty: boolean | undefined;
  const find = (name?: string) => token.find(templates.findData(SOFT_APPLICATION, name));
  return {
    names: () => find().map((handle) => token.label(handle)),
    read(name) {
      empty ??= find().length === 0;
      if (empty) return null;
      const [found] = find(name);
      if (found === undefined) return null;
      const sealed = token.value(found);
      const key = sealingKey();
      return token.cipherCbc('decipher', 'AES', key, sealed.subarray(0, IV_BYTES), sealed.subarray(IV_BYTES));
    },
    write(name, value) {
      if (find(name).length > 0)
        throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail: `${name} is another key already` });
      const iv = Uint8Array.from(token.random(IV_BYTES));
      const sealed = token.cipherCbc('encipher', 'AES', sealingKey(), iv, value);
      token.create(templates.data(SOFT_APPLICATION, name, concatBytes(iv, sealed)));
      empty = false;
    },
    remove(name) {
      const found = empty === true ? [] : find(name);
      for (const handle of found) token.destroy(handle);
      return found.length > 0;
    },
    random: (length) => Uint8Array.from(token.random(length)),
  };
}
