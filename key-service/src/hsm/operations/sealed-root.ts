/** In the SAM token (ADR 024): a seal opened for one wrap under a SAM's channel key, and gone whatever happens. */
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { keyServiceErrors } from '../../errors.ts';
import type { Handle } from '../pkcs11/module.ts';
import type { SuiteKey } from '../pkcs11/suite-key.ts';
import { templates, unwrapped } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { SealedRoot } from '../port.ts';
import { pairOf } from './restore-root.ts';

/** @throws KEY_CHECK_VALUE_MISMATCH when another key is in the seal than it says */
export function withSealedRoot<T>(token: Token, seal: SealedRoot, use: (key: SuiteKey) => T): T {
  const { root, suite, kcv } = seal;
  const open = (template: Parameters<Token['unwrapOaep']>[2]): Handle =>
    token.unwrapOaep(pairOf(token, 'sam'), hexToBytes(seal.wrapped), template);
  const lend = (key: SuiteKey): T => {
    const got = bytesToHex(key.checkValue());
    if (got !== kcv) throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail: `${root}: ${got}, not ${kcv}` });
    return use(key);
  };
  if (token.soft?.suite === suite) {
    const inTransit = open(templates.inTransit);
    const value = token.landingSuite.reveal(inTransit);
    token.destroy(inTransit);
    const key = token.soft.candidate(value);
    value.fill(0);
    try {
      return lend(key);
    } finally {
      key.destroy();
    }
  }
  const own = token.suite(suite);
  const key = own.key(open(unwrapped(own.templates.cardKey)), 'cardKey');
  try {
    return lend(key);
  } finally {
    key.destroy();
  }
}
