/** INTERNAL AUTHENTICATE `00 88 00 KID 11 ‖ R1 ‖ R2 ‖ version`: IRK in DDF1 proves the card genuine (CARD-FACTS 6.3). */

import type { CommandApdu } from '@rhc/card/apdu';
import { byteAt } from '@rhc/card/bytes';
import type { Chip } from '../chip.ts';
import { keysOf, MASTER_FILE } from '../chip.ts';
import { cryptogram, disperse } from '../cipher-suite.ts';
import type { Answer } from '../handler.ts';
import { refuse } from '../status-error.ts';

export function internalAuthenticate(chip: Chip, command: CommandApdu): Answer {
  const data = command.data ?? new Uint8Array(0);
  if (data.length !== 17) refuse('wrongLength');
  // Only the IRK answers: any other key here would be an oracle for its own external authentication.
  const isInternalKey = chip.session.directory !== MASTER_FILE && (command.p2 & 0x0f) === 0;
  if (!isInternalKey && chip.rules.internalKey) refuse('conditionsNotSatisfied');
  const keys = keysOf(chip, chip.session.directory, command.p2);
  const key = keys.find((entry) => entry.version === byteAt(data, 16)) ?? refuse('referenceNotFound');
  const sessionKey = key.value.use((bytes) => disperse(key.suite, bytes, data.slice(0, 8)));
  return { data: cryptogram(key.suite, sessionKey, data.slice(8, 16)) };
}
