/**
 * Tokens from before there was a SAM token (ADR 024) kept, beside each root R for SAMs, a block B with R = E(L, B) and the key L,
 * `SAM.LOAD#1`, with DERIVE: two calls with the user PIN gave R in clear. Here each R becomes a seal, checked against the
 * standing root, and then B, and at last L, are destroyed. Cut anywhere, it is run again.
 */
import { bytesToHex, equalBytes } from '@rhc/card/bytes';
import { isChannelRoot } from '../../domain/sam-slots.ts';
import { keyServiceErrors } from '../../errors.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations } from '../port.ts';
import { isSealedOnly, isToBeSealed, keepSeal, sealOf, seals, writeSeal } from './sam-seals.ts';
import { standingRoot } from './standing-root.ts';
import { fingerprint, wrapTwinFor, wrapValueFor } from './wrap-for.ts';

const LOADING_KEY = 'SAM.LOAD#1';
const BLOCKS = 'rhc-sam-root';

export function forgetBlock(token: Token, root: string): void {
  for (const handle of token.find(templates.findData(BLOCKS, root))) token.destroy(handle);
}

/** @throws SAM_TOKEN_MISSING when there is something to move and no SAM token to seal it for */
export function moveSamRoots(token: Token): HsmOperations['move-sam-roots']['output'] {
  const loading = token.findSecret(LOADING_KEY);
  const blocks = token.find(templates.findData(BLOCKS));
  if (token.samKey === null) {
    if (loading === null && blocks.length === 0) return { moved: [], loadingKeyDestroyed: false, unsealed: [] };
    throw keyServiceErrors.make('SAM_TOKEN_MISSING', {
      detail: `${LOADING_KEY} and ${blocks.length} blocks stand in the token`,
    });
  }
  const moved: string[] = [];
  for (const handle of blocks) {
    const root = token.label(handle);
    if (loading !== null && seal(token, root, loading, token.value(handle))) moved.push(root);
    forgetBlock(token, root);
  }
  if (loading !== null) token.destroy(loading);
  const soft = token.soft?.rootNames().filter((root) => isToBeSealed(token, root)) ?? [];
  moved.push(...soft.filter((root) => sealSoft(token, root)));
  // By name only: this runs at every start, and asking a root for its check value costs many calls.
  const own = fingerprint(token.samKey);
  const sealed = new Set(seals(token).flatMap(({ root, samKey }) => (samKey === own ? [root] : [])));
  const unsealed = token
    .rootNames()
    .filter((root) => isToBeSealed(token, root) && (!sealed.has(root) || isChannelRoot(root)));
  return { moved, loadingKeyDestroyed: loading !== null, unsealed: unsealed.sort() };
}

/** False: the block gives another key than the one that stands, or none stands: it is of no use to anybody. */
function seal(token: Token, root: string, loading: Parameters<Token['derive']>[0], block: Uint8Array): boolean {
  const standing = standingRoot(token, root);
  if (standing === null || standing === 'torn') return false;
  const { suite } = token.root(root);
  const own = token.suite(suite);
  const candidate = own.key(token.derive(loading, block, own.templates.candidate), 'candidate');
  try {
    if (!equalBytes(candidate.checkValue(), standing.kcv)) return false;
  } finally {
    candidate.destroy();
  }
  const usage = root.startsWith('CVK#') ? 'encrypt' : 'derive';
  const twin = () => token.derive(loading, block, own.templates.cardKey);
  keepSeal(token, { root, usage, suite, kcv: standing.kcv }, (spki) => wrapTwinFor(token, spki, twin));
  return true;
}

/** The soft engine's roots are in this process anyway. */
function sealSoft(token: Token, root: string): boolean {
  if (sealOf(token, root) !== null && !isChannelRoot(root)) return false;
  const key = token.root(root);
  const value = key.reveal();
  try {
    const about = { root, usage: 'derive', suite: key.suite, kcv: key.checkValue() } as const;
    keepSeal(token, about, (spki) => wrapValueFor(spki, value));
  } finally {
    value.fill(0);
  }
  if (isSealedOnly(token, root)) token.destroyRoot(root);
  return true;
}

/** @throws KEY_CHECK_VALUE_MISMATCH for a seal of another key than the one that stands, or for another SAM token */
export function keepSeals(
  token: Token,
  { seals: given }: HsmOperations['keep-seals']['input'],
): HsmOperations['keep-seals']['output'] {
  const own = token.samKey === null ? null : fingerprint(token.samKey);
  for (const each of given) {
    const standing = standingRoot(token, each.root);
    const same = standing !== null && standing !== 'torn' && bytesToHex(standing.kcv) === each.kcv;
    if (!same || each.samKey !== own || !isToBeSealed(token, each.root))
      throw keyServiceErrors.make('KEY_CHECK_VALUE_MISMATCH', { detail: each.root });
  }
  for (const each of given) {
    writeSeal(token, each);
    forgetBlock(token, each.root);
    if (isSealedOnly(token, each.root) && token.hasRoot(each.root)) token.destroyRoot(each.root);
  }
  return { kept: given.map(({ root }) => root) };
}
