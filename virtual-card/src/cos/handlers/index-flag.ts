/**
 * WRITE RECORD `84 D2` sets an index flag to 00 (valid) after UK1, ERASE RECORD `84 0C` sets it to FF (empty) after the
 * erase key UK2; both carry MAC4 over the header alone (CARD-FACTS 2.1, 4.2).
 */
import type { CommandApdu } from '@rhc/card/apdu';
import type { FileRules } from '../../memory/chip-content.ts';
import { requireAccess } from '../access.ts';
import type { Chip } from '../chip.ts';
import { currentFile } from '../chip.ts';
import type { Answer, Handler } from '../handler.ts';
import { verifyProtected } from '../protected-update.ts';
import { refuse } from '../status-error.ts';

export const writeRecord: Handler = (chip, command) => setFlag(chip, command, 'update', 0x00);
export const eraseRecord: Handler = (chip, command) => setFlag(chip, command, 'erase', 0xff);

function setFlag(
  chip: Chip,
  command: CommandApdu,
  right: keyof Pick<FileRules, 'update' | 'erase'>,
  flag: number,
): Answer {
  const file = currentFile(chip);
  const { cipher } = verifyProtected(chip, command, file, () => {
    if (file.body.structure !== 'fixed-records' || file.rules.transport !== 'mac') refuse('wrongFileStructure');
    requireAccess(chip, file.rules[right]);
  });
  if (cipher.length !== 0) refuse('wrongLength');
  if (file.body.structure !== 'fixed-records') return refuse('wrongFileStructure');
  const old = file.body.records[command.p1 - 1] ?? refuse('recordNotFound');
  chip.commit({ kind: 'write-record', file, record: command.p1, content: new Uint8Array(old.length).fill(flag) });
  return {};
}
