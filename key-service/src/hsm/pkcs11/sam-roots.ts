/**
 * Roots for SAMs (ADR 006: a SAM holds them undispersed). The root itself stays not extractable. Beside it the token
 * keeps a block B with root = E(L, B), where L is a key that the token made and that nobody can take out: only
 * C_DeriveKey inside this token turns B into the root again, as a session object that lives for one wrap under a SAM's
 * channel key. Without L a copy of B is worth nothing.
 */
import { samKeyReferences } from '@rhc/card/profile';
import { keyServiceErrors } from '../../errors.ts';
import type { Handle } from './module.ts';
import type { SuiteKey } from './suite-key.ts';
import { templates } from './templates.ts';
import type { Token } from './token.ts';

const LOADING_KEY = 'SAM.LOAD#1';
const APPLICATION = 'rhc-sam-root';

export const isForSams = (root: string): boolean => samKeyReferences.some(({ slot }) => root.startsWith(`${slot}#`));

/** Before the root is written, so that a root that stands always has its block. */
export function keepForSams(token: Token, root: string, value: Uint8Array): void {
  if (!isForSams(root)) return;
  for (const handle of token.find(templates.findData(APPLICATION, root))) token.destroy(handle);
  if (token.findSecret(LOADING_KEY) === null) token.generate(templates.samLoading(LOADING_KEY));
  token.create(templates.data(APPLICATION, root, token.decryptEcb(token.secret(LOADING_KEY), value)));
}

/** For a root that the token makes itself: the block comes first, and the key under which it gives the root. */
export function keepBlockForSams(token: Token, root: string, block: Uint8Array): Handle {
  forgetForSams(token, root);
  if (token.findSecret(LOADING_KEY) === null) token.generate(templates.samLoading(LOADING_KEY));
  token.create(templates.data(APPLICATION, root, block));
  return token.secret(LOADING_KEY);
}

export function forgetForSams(token: Token, root: string): void {
  for (const handle of token.find(templates.findData(APPLICATION, root))) token.destroy(handle);
}

/** Lends a root as a key that can be wrapped, and destroys it whatever happens. */
export function withSamRoot<T>(token: Token, root: string, use: (key: SuiteKey) => T): T {
  const { suite } = token.root(root);
  // The soft engine's roots are in this process anyway.
  if (token.soft?.suite === suite) return use(token.root(root));
  const [found] = token.find(templates.findData(APPLICATION, root));
  if (found === undefined) throw keyServiceErrors.make('KEY_MISSING', { detail: `${root} for SAMs` });
  const own = token.suite(suite);
  const handle = token.derive(token.secret(LOADING_KEY), token.value(found), own.templates.cardKey);
  try {
    return use(own.key(handle, 'cardKey'));
  } finally {
    token.destroy(handle);
  }
}
