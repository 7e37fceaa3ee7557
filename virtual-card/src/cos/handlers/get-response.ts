/** GET RESPONSE `00 C0 00 00 Le`: fetches what 61xx announced; any other command drops it (CARD-FACTS 4.2). */
import type { CommandApdu } from '@rhc/card/apdu';
import type { Chip } from '../chip.ts';
import type { Answer } from '../handler.ts';
import { refuse, StatusError } from '../status-error.ts';

export function getResponse(chip: Chip, command: CommandApdu): Answer {
  const { data: pending, sw } = chip.session.pending ?? refuse('conditionsNotSatisfied');
  const asked = command.le ?? 256;
  if (asked > pending.length && asked !== 256) throw new StatusError(0x6c00 | (pending.length & 0xff));
  return { data: pending.slice(0, asked), partial: true, sw };
}
