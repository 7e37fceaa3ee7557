/** GET CHALLENGE `00 84 00 00 08`: 8 random bytes; a newer challenge replaces the older one (ADR 001, "A challenge"). */
import type { CommandApdu } from '@rhc/card/apdu';
import type { Chip } from '../chip.ts';
import type { Answer } from '../handler.ts';
import { StatusError } from '../status-error.ts';

export function getChallenge(chip: Chip, command: CommandApdu): Answer {
  // Checked before a challenge is made, or a refused command would replace the one the terminal holds.
  if (command.le !== 8 && command.le !== 256) throw new StatusError(0x6c08);
  const challenge = chip.random(8);
  if (challenge.length !== 8) throw new RangeError('the random source gave another length');
  if (chip.session.challenge === null || chip.rules.challengeReplaced) {
    chip.session.challenge = Uint8Array.from(challenge);
  }
  return { data: challenge };
}
