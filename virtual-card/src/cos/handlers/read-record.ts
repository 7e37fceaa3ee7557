/** READ RECORD `00 B2`: P2 = 04 by record number, P2 = 00 by identifier = tag (CARD-FACTS 1.3). */
import type { CommandApdu } from '@rhc/card/apdu';
import { requireRead } from '../access.ts';
import type { Chip } from '../chip.ts';
import { currentFile } from '../chip.ts';
import type { Answer } from '../handler.ts';
import { refuse } from '../status-error.ts';

export function readRecord(chip: Chip, command: CommandApdu): Answer {
  const file = currentFile(chip);
  const body = file.body;
  if (body.structure === 'transparent') return refuse('wrongFileStructure');
  requireRead(chip, file);
  if (command.p2 === 0x04) return { data: body.records[command.p1 - 1] ?? refuse('recordNotFound') };
  // Only TLV records have an identifier.
  const record = body.structure === 'tlv-records' ? body.records.find((tlv) => tlv[0] === command.p1) : undefined;
  return { data: record ?? refuse('recordNotFound') };
}
