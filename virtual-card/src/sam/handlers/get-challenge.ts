/** GET CHALLENGE and GET RESPONSE of the SAM (CARD-FACTS 5.2). */
import type { CommandApdu } from '@rhc/card/apdu';
import { refuse, StatusError } from '../../cos/status-error.ts';
import type { SamAnswer, SamChip } from '../sam-chip.ts';
import { randomBytes, requireParameters } from '../sam-chip.ts';

export function getChallenge(chip: SamChip, command: CommandApdu): SamAnswer {
  requireParameters(command, 0x00, 0x00);
  if (command.le !== 8 && command.le !== 256) throw new StatusError(0x6c08);
  const challenge = randomBytes(chip, 8);
  chip.session.challenge = challenge;
  return { data: challenge };
}

export function getResponse(chip: SamChip, command: CommandApdu): SamAnswer {
  requireParameters(command, 0x00, 0x00);
  const pending = chip.session.pending ?? refuse('conditionsNotSatisfied');
  const asked = command.le ?? 256;
  if (asked > pending.length && asked !== 256) throw new StatusError(0x6c00 | (pending.length & 0xff));
  return { data: pending.slice(0, asked), partial: true };
}
