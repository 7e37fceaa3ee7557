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
  if (command.p1 !== 0) refuse('wrongParameters');
  const data = command.data ?? new Uint8Array(0);
  if (data.length !== 17) refuse('wrongLength');
  const masterKey = chip.session.directory === MASTER_FILE && command.p2 === MASTER_KEY_ID;
  // Whatever comes of it, another MK authentication ends the channel (ADR 001, "Personalization channel" 2).
  if (masterKey) chip.session.channel = null;
  const challenge = takeChallenge(chip);
  const version = byteAt(data, 16);
  const key = keysOf(chip, chip.session.directory, command.p2).find((entry) => entry.version === version);
  if (key === undefined) return refuse('referenceNotFound');
  requireTerminalKey(key, masterKey);
  if (key.triesLeft === 0) refuse('keyBlocked');
  const sessionKey = key.value.use((bytes) => disperse(key.suite, bytes, challenge));
  const expected = cryptogram(key.suite, sessionKey, data.slice(8, 16));
  const right = equalBytes(expected, data.slice(0, 8));
  if (!right) return countFailure(chip, key);
  if (key.maxTries !== NOT_COUNTED && key.triesLeft !== key.maxTries) {
    chip.commit({ kind: 'set-tries', key, triesLeft: key.maxTries });
  }
  if (masterKey) openChannel(chip, key, sessionKey, challenge);
  else chip.session.authenticated.add(key.kid & 0x0f);
  return {};
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
  const triesLeft = key.triesLeft - 1;
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
