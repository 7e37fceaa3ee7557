/** UPDATE BINARY `00 D6 offset`: plain, at most 128 bytes, which are committed as one block (ADR 001, "Data"). */
import type { CommandApdu } from '@rhc/card/apdu';
import { requirePlainUpdate } from '../access.ts';
import type { Chip } from '../chip.ts';
import { commitPersonalization, currentFile } from '../chip.ts';
import type { Answer } from '../handler.ts';
import { refuse } from '../status-error.ts';

const MAX_BLOCK_BYTES = 128;

export function updateBinary(chip: Chip, command: CommandApdu): Answer {
  const file = currentFile(chip);
  const body = file.body;
  if (body.structure !== 'transparent') return refuse('wrongFileStructure');
  requirePlainUpdate(chip, file);
  let content = command.data ?? new Uint8Array(0);
  if (content.length > MAX_BLOCK_BYTES) refuse('wrongLength');
  const offset = command.p1 * 256 + command.p2;
  if (offset + content.length > body.content.length) {
    if (chip.rules.binaryEnd || offset >= body.content.length) refuse('wrongOffset');
    // What fits is written: the silent cut that the rule is there against.
    content = content.slice(0, body.content.length - offset);
  }
  commitPersonalization(chip, { kind: 'write-binary', file, offset, content });
  return {};
}
