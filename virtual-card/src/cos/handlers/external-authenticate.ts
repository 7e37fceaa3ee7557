/**
 * EXTERNAL AUTHENTICATE `00 82 00 KID 11 ‖ A ‖ R_T ‖ version` (CARD-FACTS 6.1; ADR 001). A failure costs one try, and
 * the count is committed before the answer leaves the chip; a success sets it back. With MK in the MF it opens the
 * personalization channel instead.
 */

import type { CommandApdu } from '@rhc/card/apdu';
import { byteAt, equalBytes } from '@rhc/card/bytes';
import type { KeyEntry } from '../../memory/chip-content.ts';
import type { Chip } from '../chip.ts';
import { keysOf, MASTER_FILE, MASTER_KEY_ID, takeChallenge } from '../chip.ts';
import { blockBytes, cryptogram, disperse, disperseReversed } from '../cipher-suite.ts';
import type { Answer } from '../handler.ts';
import { refuse, refuseWithTries } from '../status-error.ts';

const NOT_COUNTED = 0xff;

export function externalAuthenticate(chip: Chip, command: CommandApdu): Answer {
  const data = command.data ?? new Uint8Array(0);
  if (data.length !== 17) refuse('wrongLength');
  const masterKey = chip.session.directory === MASTER_FILE && command.p2 === MASTER_KEY_ID;
  // Whatever comes of it, another MK authentication ends the channel (ADR 001, "Personalization channel" 2).
  if (masterKey) chip.session.channel = null;
  const challenge = takeChallenge(chip, 'challengeOnceAuthentication') ?? refuse('noChallenge');
  const version = byteAt(data, 16);
  const key = findKey(chip, command.p2, version) ?? refuse('referenceNotFound');
  if (chip.rules.keyClass) requireTerminalKey(key, masterKey);
  if (key.triesLeft === 0 && chip.rules.triesExhausted) refuse('keyBlocked');
  const sessionKey = key.value.use((bytes) => disperse(key.suite, bytes, challenge));
  const expected = cryptogram(key.suite, sessionKey, data.slice(8, 16));
  const right = equalBytes(expected, data.slice(0, 8));
  if (!right) return countFailure(chip, key);
  if (key.maxTries !== NOT_COUNTED && key.triesLeft !== key.maxTries && chip.rules.triesRefilled) {
    chip.commit({ kind: 'set-tries', key, triesLeft: key.maxTries });
  }
  if (masterKey) openChannel(chip, key, sessionKey, challenge);
  else chip.session.authenticated.add(key.kid & 0x0f);
  return {};
}

/** The key of the current DF with that id and version. */
function findKey(chip: Chip, kid: number, version: number): KeyEntry | undefined {
  const here = keysOf(chip, chip.session.directory, kid);
  const named = chip.rules.keyVersion ? here.find((entry) => entry.version === version) : here[0];
  if (named !== undefined || chip.rules.keyOfDirectory) return named;
  return chip.content.keys.find((entry) => (entry.kid & 0x0f) === (kid & 0x0f) && entry.version === version);
}

/** IRK answers internal authentication and STK protects updates; neither proves a terminal (CARD-FACTS 3.1). */
function requireTerminalKey(key: KeyEntry, masterKey: boolean): void {
  const nibble = key.kid & 0x0f;
  if (masterKey || nibble === 2 || nibble >= 4) return;
  refuse('conditionsNotSatisfied');
}

function countFailure(chip: Chip, key: KeyEntry): never {
  chip.session.authenticated.delete(key.kid & 0x0f);
  if (key.maxTries === NOT_COUNTED) return refuse('securityStatusNotSatisfied');
  const triesLeft = chip.rules.triesCounted ? Math.max(0, key.triesLeft - 1) : key.triesLeft;
  chip.commit({ kind: 'set-tries', key, triesLeft });
  return refuseWithTries(triesLeft);
}

/** The encipherment key is the session key of the authentication; the MAC key is separated from it (CARD.md). */
function openChannel(chip: Chip, key: KeyEntry, sessionKey: Uint8Array, challenge: Uint8Array): void {
  chip.session.channel = {
    suite: key.suite,
    encipherKey: sessionKey,
    macKey: key.value.use((bytes) => disperseReversed(key.suite, bytes, challenge)),
    iv: new Uint8Array(blockBytes(key.suite)),
  };
}
