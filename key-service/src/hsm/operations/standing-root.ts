/** A root as it stands in the token, and what a cut leaves of one. */
import { hexToBytes } from '@rhc/card/bytes';
import { isChannelRoot } from '../../domain/sam-slots.ts';
import { returnValueName } from '../pkcs11/return-values.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { RootDescription } from '../port.ts';
import { seals } from './sam-seals.ts';

/**
 * SoftHSM2 writes a derived object first and its CKA_VALUE afterwards: a process killed between the two leaves a name
 * without a key (`npm run kill-test` met it), which answers CKR_MECHANISM_INVALID for ever. A key that is only refused
 * by its mechanism gives the same answer, so a fresh key of the same suite and use is asked beside it.
 *
 * @returns `torn`: a name without a key, with which nothing would be lost; null: no such name
 */
export function standingRoot(token: Token, root: string): RootDescription | 'torn' | null {
  if (!token.hasRoot(root)) {
    const seal = isChannelRoot(root) ? seals(token).find((each) => each.root === root) : undefined;
    return seal === undefined ? null : { root, kcv: hexToBytes(seal.kcv) };
  }
  try {
    return { root, kcv: token.root(root).checkValue() };
  } catch (error) {
    if (returnValueName(error) !== 'CKR_MECHANISM_INVALID' || !freshKeyWorks(token, root)) throw error;
    token.forgetRoot(root);
    return 'torn';
  }
}

/** All roots of the token that are keys, by name. */
export const standingRoots = (token: Token): RootDescription[] =>
  [...new Set([...token.rootNames(), ...sealedOnly(token)])]
    .sort()
    .map((root) => standingRoot(token, root))
    .filter((standing) => standing !== null && standing !== 'torn');

const sealedOnly = (token: Token): string[] =>
  seals(token)
    .map(({ root }) => root)
    .filter(isChannelRoot);

function freshKeyWorks(token: Token, root: string): boolean {
  const keys = token.suite(token.root(root).suite);
  const purpose = root.startsWith('CVK#') ? 'session' : 'candidate';
  const landing = token.generate(templates.landing);
  const made = [landing];
  try {
    const fresh = token.derive(landing, token.random(16), keys.templates[purpose]);
    made.push(fresh);
    return keys.key(fresh, purpose).checkValue().length > 0;
  } catch {
    return false;
  } finally {
    for (const handle of made) token.destroy(handle);
  }
}
