/**
 * UPDATE RECORD `00 DC` plain and `04 DC` enciphered with MAC; `P1 P2 = 00 03` appends to a cyclic file (CARD-FACTS 4.2;
 * ADR 001, "Data" and "Protected update"). Cyclic files know appending only.
 */
import type { CommandApdu } from '@rhc/card/apdu';
import type { FileEntry } from '../../memory/chip-content.ts';
import { requireAccess, requirePlainUpdate } from '../access.ts';
import type { Chip } from '../chip.ts';
import { commitPersonalization, currentFile } from '../chip.ts';
import type { Answer } from '../handler.ts';
import { decipherValue, type VerifiedUpdate, verifyProtected } from '../protected-update.ts';
import { refuse } from '../status-error.ts';

export function updateRecordPlain(chip: Chip, command: CommandApdu): Answer {
  const file = currentFile(chip);
  requireAddressing(file, command);
  requirePlainUpdate(chip, file);
  return store(chip, file, command, command.data ?? new Uint8Array(0));
}

export function updateRecordProtected(chip: Chip, command: CommandApdu): Answer {
  const file = currentFile(chip);
  const update = verifyProtected(chip, command, file, () => {
    requireAddressing(file, command);
    requireAccess(chip, file.rules.update);
    // An index flag travels by 84D2/840C with MAC only: CARD-FACTS 4.2, "do not copy".
    if (file.rules.transport !== 'encipher-and-mac') refuse('conditionsNotSatisfied');
  });
  return store(chip, file, command, chip.rules.encipherment ? decipherValue(update) : looseValue(file, update));
}

function requireAddressing(file: FileEntry, command: CommandApdu): void {
  if (file.body.structure === 'transparent') refuse('wrongFileStructure');
  const append = command.p1 === 0x00 && command.p2 === 0x03;
  if (append !== (file.body.structure === 'cyclic')) refuse('wrongFileStructure');
}

function store(chip: Chip, file: FileEntry, command: CommandApdu, value: Uint8Array): Answer {
  const body = file.body;
  if (body.structure === 'transparent') return refuse('wrongFileStructure');
  if (body.structure === 'cyclic') {
    if (value.length !== body.recordSizeBytes) refuse('wrongLength');
    append(chip, file, value);
    return {};
  }
  const old = body.records[command.p1 - 1] ?? refuse('recordNotFound');
  if (value.length !== old.length && chip.rules.recordLength) refuse('wrongLength');
  // Tag and length of a TLV record belong to the file's structure and never change.
  const sameHeader = value[0] === old[0] && value[1] === old[1];
  if (body.structure === 'tlv-records' && !sameHeader && chip.rules.tlvHeader) refuse('wrongData');
  commitPersonalization(chip, { kind: 'write-record', file, record: command.p1, content: value });
  return {};
}

/** Without the rule the newest record would go to the end, as in a linear file. */
function append(chip: Chip, file: FileEntry, content: Uint8Array): void {
  const last = file.body.structure === 'cyclic' ? file.body.records.length : 0;
  const full = file.body.structure === 'cyclic' && last === file.body.recordCount;
  if (chip.rules.cyclicOrder || !full) commitPersonalization(chip, { kind: 'append-record', file, content });
  else commitPersonalization(chip, { kind: 'write-record', file, record: last, content });
}

/** Without the rule a value that was only MACed is taken as it stands. */
function looseValue(file: FileEntry, update: VerifiedUpdate): Uint8Array {
  const { cipher } = update;
  const body = file.body;
  const plain =
    (body.structure === 'tlv-records' && body.records.some((record) => record.length === cipher.length)) ||
    (body.structure === 'cyclic' && body.recordSizeBytes === cipher.length);
  return plain ? cipher : decipherValue(update);
}
