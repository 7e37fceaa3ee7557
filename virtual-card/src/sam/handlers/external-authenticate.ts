/**
 * EXTERNAL AUTHENTICATE `00 82 00 00 11 ‖ A ‖ R_T ‖ version` in the MF: the control key opens the issue channel, with the
 * keys of the user card's (ADR 001, "Personalization channel"; ADR 006). The try is written off before the comparison.
 */
import type { CommandApdu } from '@rhc/card/apdu';
import { byteAt, equalBytes } from '@rhc/card/bytes';
import { blockBytes, cryptogram, disperse, disperseReversed } from '../../cos/cipher-suite.ts';
import { refuse, refuseWithTries } from '../../cos/status-error.ts';
import { CONTROL_KEY_TRIES } from '../blank-sam.ts';
import type { SamAnswer, SamChip } from '../sam-chip.ts';
import { controlKey, requireParameters } from '../sam-chip.ts';

export function externalAuthenticate(chip: SamChip, command: CommandApdu): SamAnswer {
  const { session } = chip;
  session.channel = null;
  requireParameters(command, 0x00, 0x00);
  const data = command.data ?? new Uint8Array(0);
  if (data.length !== 17) refuse('wrongLength');
  if (session.directory !== 'MF') refuse('conditionsNotSatisfied');
  const challenge = session.challenge ?? refuse('noChallenge');
  session.challenge = null;
  const key = controlKey(chip);
  if (byteAt(data, 16) !== key.version) refuse('referenceNotFound');
  if (key.triesLeft === 0) refuse('keyBlocked');
  chip.commit({ kind: 'control-key-tries', triesLeft: key.triesLeft - 1 });
  const encipherKey = key.value.use((bytes) => disperse(key.suite, bytes, challenge));
  const expected = cryptogram(key.suite, encipherKey, data.slice(8, 16));
  if (!equalBytes(expected, data.slice(0, 8))) return refuseWithTries(key.triesLeft - 1);
  chip.commit({ kind: 'control-key-tries', triesLeft: CONTROL_KEY_TRIES });
  session.channel = {
    suite: key.suite,
    encipherKey,
    macKey: key.value.use((bytes) => disperseReversed(key.suite, bytes, challenge)),
    iv: new Uint8Array(blockBytes(key.suite)),
  };
  return {};
}
