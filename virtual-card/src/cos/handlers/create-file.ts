/** CREATE FILE `80 E0 00 00`: a DF or EF below the current directory, from its descriptor (ADR 001, "CREATE FILE"). */

import type { CommandApdu } from '@rhc/card/apdu';
import { equalBytes } from '@rhc/card/bytes';
import type { Change } from '../../memory/chip-content.ts';
import { usedBytes } from '../capacity.ts';
import type { Chip } from '../chip.ts';
import { commitPersonalization, MASTER_FILE, personalizationChannel } from '../chip.ts';
import { bodySizeBytes, type FileDescriptor, parseFileDescriptor } from '../file-descriptor.ts';
import type { Answer } from '../handler.ts';
import { refuse } from '../status-error.ts';

export function createFile(chip: Chip, command: CommandApdu): Answer {
  if (chip.rules.channelRequired || chip.session.channel !== null) personalizationChannel(chip);
  const descriptor = command.data ?? new Uint8Array(0);
  const parsed = parseFileDescriptor(descriptor);
  if (parsed.fid === MASTER_FILE || parsed.fid === 0x3fff || parsed.fid === 0xffff) refuse('wrongData');
  const parent = chip.session.directory;
  const existing = existingDescriptors(chip, parsed.fid, parent);
  if (existing.some(({ directory, bytes }) => directory === parent && equalBytes(bytes, descriptor))) return {};
  if (existing.length > 0 || nameTaken(chip, parsed)) refuse('fileExists');
  const size = parsed.kind === 'file' ? bodySizeBytes(parsed.body) : 16;
  if (usedBytes(chip.content) + size > chip.capacityBytes) refuse('noSpace');
  commitPersonalization(chip, creation(parsed, parent, descriptor));
  return {};
}

/** An EF's identifier is taken within its directory; a DF's on the whole card, since DFs are found from afar. */
function existingDescriptors(chip: Chip, fid: number, parent: number) {
  const files = chip.content.files
    .filter((file) => file.fid === fid && file.directory === parent)
    .map((file) => ({ directory: file.directory, bytes: file.descriptor }));
  const directories = chip.content.directories
    .filter((entry) => entry.fid === fid)
    .map((entry) => ({ directory: entry.parent, bytes: entry.descriptor }));
  return [...files, ...directories];
}

function nameTaken(chip: Chip, parsed: FileDescriptor): boolean {
  if (parsed.kind !== 'directory' || parsed.name === null) return false;
  const wanted = parsed.name;
  return chip.content.directories.some(({ name }) => name !== null && equalBytes(name, wanted));
}

function creation(parsed: FileDescriptor, parent: number, descriptor: Uint8Array): Change {
  if (parsed.kind === 'directory') {
    const directory = { fid: parsed.fid, parent, name: parsed.name, descriptor, block: 'open' as const };
    return { kind: 'create-directory', directory };
  }
  const { fid, rules, body } = parsed;
  return { kind: 'create-file', file: { directory: parent, fid, descriptor, rules, body } };
}
