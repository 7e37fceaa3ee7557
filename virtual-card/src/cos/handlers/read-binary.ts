/** READ BINARY `00 B0 offset`: at most 256 bytes; past the end 6B00, too much asked 6Cxx (ADR 001, "SELECT and Le"). */
import type { CommandApdu } from '@rhc/card/apdu';
import { requireRead } from '../access.ts';
import type { Chip } from '../chip.ts';
import { currentFile } from '../chip.ts';
import type { Answer } from '../handler.ts';
import { refuse } from '../status-error.ts';

export function readBinary(chip: Chip, command: CommandApdu): Answer {
  const file = currentFile(chip);
  const body = file.body;
  if (body.structure !== 'transparent') return refuse('wrongFileStructure');
  requireRead(chip, file);
  const offset = command.p1 * 256 + command.p2;
  if (offset >= body.content.length) refuse('wrongOffset');
  return { data: body.content.slice(offset, offset + 256), partial: true };
}
