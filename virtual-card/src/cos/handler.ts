/** One command, one handler: a function of the chip and the command that answers with data or refuses with a status. */
import type { CommandApdu } from '@rhc/card/apdu';
import type { Chip } from './chip.ts';

export interface Answer {
  readonly data?: Uint8Array;
  /** 9000, or a warning that goes with success. */
  readonly sw?: number;
  /** READ BINARY gives a part as well as the whole; every other command answers with all it has. */
  readonly partial?: true;
}

export type Handler = (chip: Chip, command: CommandApdu) => Answer;
