/**
 * Roots for SAMs (ADR 024). Beside each root that a SAM needs, this token keeps it sealed under the public key of a second
 * token, the SAM token, whose PIN is another one. Nothing in this token opens a seal: its user PIN alone gives no root.
 * The roots of the issue channel are here only as seals, so that a recorded issue cannot be read with this PIN either.
 */
import { bytesToHex } from '@rhc/card/bytes';
import { isChannelRoot, isForSams } from '../../domain/sam-slots.ts';
import { keyServiceErrors } from '../../errors.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperations, SealedRoot } from '../port.ts';
import type { AboutRoot } from './root-backup.ts';
import { fingerprint } from './wrap-for.ts';

const APPLICATION = 'rhc-sam-sealed';

const find = (token: Token, root?: string) => token.find(templates.findData(APPLICATION, root));
const read = (token: Token, handle: ReturnType<typeof find>[number]): SealedRoot =>
  JSON.parse(token.value(handle).toString()) as SealedRoot;

/** Every seal in the token; of a cut in mid-replacement two of one root. */
export const seals = (token: Token): SealedRoot[] => find(token).map((handle) => read(token, handle));

/** The seal that the present SAM token opens; null: there is none. */
export function sealOf(token: Token, root: string): SealedRoot | null {
  const own = token.samKey === null ? null : fingerprint(token.samKey);
  const found = find(token, root).map((handle) => read(token, handle));
  return found.find(({ samKey }) => own === null || samKey === own) ?? null;
}

/** True: this root is to be kept sealed, and nothing else of it in this token. */
export const isSealedOnly = (token: Token, root: string): boolean => token.samKey !== null && isChannelRoot(root);

/** True: a SAM needs it, and this token knows the SAM token. */
export const isToBeSealed = (token: Token, root: string): boolean =>
  token.samKey !== null && (isForSams(root) || isChannelRoot(root));

/** Nothing where no SAM needs the root, or the present SAM token has its seal. @param wrap the root under this SubjectPublicKeyInfo */
export function keepSeal(token: Token, { kcv, ...about }: AboutRoot, wrap: (spki: Buffer) => Uint8Array): void {
  const { samKey } = token;
  if (samKey === null || !isToBeSealed(token, about.root)) return;
  const seal = { ...about, kcv: bytesToHex(kcv), samKey: fingerprint(samKey) };
  const standing = find(token, about.root);
  const same = (handle: (typeof standing)[number]) => {
    const { kcv: value, samKey: key } = read(token, handle);
    return value === seal.kcv && key === seal.samKey;
  };
  if (standing.some(same)) return;
  replace(token, standing, { ...seal, wrapped: bytesToHex(Uint8Array.from(wrap(samKey))) });
}

/** The new one first, so that a cut leaves one to read. Every search reads each object of the token, so there is one. */
function replace(token: Token, old: ReturnType<typeof find>, seal: SealedRoot): void {
  token.create(templates.data(APPLICATION, seal.root, Buffer.from(JSON.stringify(seal))));
  for (const handle of old) token.destroy(handle);
}

export const writeSeal = (token: Token, seal: SealedRoot): void => replace(token, find(token, seal.root), seal);

export function forgetSeal(token: Token, root: string): void {
  for (const handle of find(token, root)) token.destroy(handle);
}

/** @throws SAM_ROOT_NOT_SEALED naming the roots that the present SAM token cannot open */
export function sealedSamRoots(
  token: Token,
  { roots }: HsmOperations['sealed-sam-roots']['input'],
): HsmOperations['sealed-sam-roots']['output'] {
  const all = seals(token);
  const own = token.samKey === null ? null : fingerprint(token.samKey);
  const wanted = roots ?? [...new Set(all.map(({ root }) => root))].filter(isChannelRoot);
  const missing: string[] = [];
  const found = wanted.flatMap((root) => {
    const seal = all.find((each) => each.root === root && each.samKey === own);
    if (seal === undefined) missing.push(root);
    return seal ?? [];
  });
  if (missing.length > 0 && roots !== null)
    throw keyServiceErrors.make('SAM_ROOT_NOT_SEALED', { detail: missing.join(', ') });
  return found;
}
