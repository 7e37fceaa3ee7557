/**
 * `80 DE P1 P2`: a session key from one of the work keys (CARD-FACTS 3.4, 3.7). Factors come card first; dispersal runs
 * from the last listed level to the first, then by the card's random: SK = D(D(D(K, province), card), R).
 */
import type { CommandApdu } from '@rhc/card/apdu';
import { disperse } from '../../cos/cipher-suite.ts';
import { refuse } from '../../cos/status-error.ts';
import type { SamAnswer, SamChip } from '../sam-chip.ts';
import { requireOperational } from '../sam-chip.ts';
import type { SamWorkKey } from '../sam-content.ts';

const FACTOR_BYTES = 8;
/** The deployed command names no version. */
const DEPLOYED_VERSION = 1;
const MAX_USES = 0xffffffff;

export function sessionKey(chip: SamChip, command: CommandApdu): SamAnswer {
  const { session, product, rules } = chip;
  // Whatever comes of it, an earlier session key is gone.
  session.sessionKey = null;
  requireOperational(chip);
  if (session.directory !== 'DF01' && rules.applicationSelected) refuse('conditionsNotSatisfied');
  const needsPin = product.sessionKeyNeedsPin && rules.pinForSessionKey;
  if (needsPin && !session.pinVerified) refuse('securityStatusNotSatisfied');
  const versions = chip.content.keys.filter(({ p2 }) => p2 === command.p2);
  if (versions.length === 0) refuse('referenceNotFound');
  if (versions.some(({ p1 }) => p1 !== command.p1) && rules.levels) refuse('wrongParameters');
  const data = command.data ?? new Uint8Array(0);
  const factorBytes = ((command.p1 >> 5) + 1) * FACTOR_BYTES;
  if (data.length !== factorBytes && data.length !== factorBytes + 1) refuse('wrongLength');
  const version = data[factorBytes] ?? DEPLOYED_VERSION;
  const wanted = versions.find((entry) => entry.version === version) ?? refuse('referenceNotFound');
  const key = rules.keyVersion ? wanted : (versions[0] ?? wanted);
  if (key.uses >= MAX_USES) refuse('conditionsNotSatisfied');
  // Counted before it is made: a SAM without power in between has counted one too many, never one too few.
  if (rules.usesCounted) chip.commit({ kind: 'count-use', key });
  session.sessionKey = { suite: key.suite, type: key.p1 & 0x1f, value: derive(key, data.slice(0, factorBytes)) };
  return {};
}

function derive(key: SamWorkKey, data: Uint8Array): Uint8Array {
  const random = data.slice(-FACTOR_BYTES);
  const levels = data.length / FACTOR_BYTES - 1;
  let value: Uint8Array = key.value.use((bytes) => Uint8Array.from(bytes));
  for (let level = levels - 1; level >= 0; level--) {
    value = disperse(key.suite, value, data.slice(level * FACTOR_BYTES, (level + 1) * FACTOR_BYTES));
  }
  return disperse(key.suite, value, random);
}
