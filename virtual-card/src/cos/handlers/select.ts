/**
 * SELECT `00 A4` by file identifier or DF name (CARD-FACTS 1.1; ADR 001, "SELECT and Le" and "A challenge"). An EF is
 * found in the current DF only; directories are found as children, siblings and ancestors, the MF always. Selecting a DF,
 * even the same one again, clears what was authenticated.
 */

import type { CommandApdu } from '@rhc/card/apdu';
import { byteAt, concatBytes, equalBytes, readUint16, uint16 } from '@rhc/card/bytes';
import type { DirectoryEntry, FileEntry } from '../../memory/chip-content.ts';
import type { Chip } from '../chip.ts';
import { currentDirectory, isBlockedHere, MASTER_FILE } from '../chip.ts';
import type { Answer } from '../handler.ts';
import { refuse, SW } from '../status-error.ts';

export function select(chip: Chip, command: CommandApdu): Answer {
  const data = command.data ?? new Uint8Array(0);
  if (command.p1 === 0x04) return answerByName(chip, data);
  if (data.length !== 2) refuse('wrongLength');
  const fid = readUint16(data);
  const file = findFile(chip, fid);
  if (file !== undefined) {
    // Inside a blocked DF nothing but its unlocking is answered (ADR 005).
    if (isBlockedHere(chip)) refuse('blocked');
    chip.session.file = { directory: file.directory, fid: file.fid };
    return control(command, fileInformation(file));
  }
  const directory = reachableDirectories(chip).find((entry) => entry.fid === fid) ?? refuse('fileNotFound');
  enter(chip, directory);
  return { ...control(command, directoryInformation(directory)), ...warning(chip) };
}

function findFile(chip: Chip, fid: number): FileEntry | undefined {
  const named = chip.content.files.filter((entry) => entry.fid === fid);
  const here = named.find((entry) => entry.directory === chip.session.directory);
  return here ?? (chip.rules.entryOfDirectory ? undefined : named[0]);
}

/** By name the control information is always due: at once with Le, else by GET RESPONSE. */
function answerByName(chip: Chip, name: Uint8Array): Answer {
  if (name.length === 0 || name.length > 16) refuse('wrongLength');
  const directory = chip.content.directories.find((entry) => entry.name !== null && equalBytes(entry.name, name));
  if (directory === undefined) return refuse('fileNotFound');
  enter(chip, directory);
  return { data: directoryInformation(directory), ...warning(chip) };
}

function control(command: CommandApdu, information: Uint8Array): Answer {
  return command.le === undefined ? {} : { data: information };
}

/** A blocked DF is selected with 6283, so that it can be unblocked; one that is blocked for ever is not (ADR 005). */
function warning(chip: Chip): { readonly sw?: number } {
  return isBlockedHere(chip) ? { sw: SW.directoryBlocked } : {};
}

function enter(chip: Chip, directory: DirectoryEntry): void {
  if (directory.block === 'blocked-for-ever' && chip.rules.applicationBlock) refuse('blockedForEver');
  chip.session.directory = directory.fid;
  chip.session.file = null;
  if (chip.rules.stateClearedByDirectory) chip.session.authenticated.clear();
}

function reachableDirectories(chip: Chip): readonly DirectoryEntry[] {
  const here = currentDirectory(chip);
  const near = chip.content.directories.filter(
    (entry) =>
      entry.fid === MASTER_FILE ||
      entry.fid === here.fid ||
      entry.parent === here.fid ||
      (entry.parent !== null && entry.parent === here.parent),
  );
  const ancestors: DirectoryEntry[] = [];
  for (let up = here.parent; up !== null; up = ancestors.at(-1)?.parent ?? null) {
    const entry = chip.content.directories.find(({ fid }) => fid === up);
    if (entry === undefined) break;
    ancestors.push(entry);
  }
  return [...near, ...ancestors];
}

function directoryInformation(directory: DirectoryEntry): Uint8Array {
  const name = directory.name === null ? new Uint8Array(0) : tlv(0x84, directory.name);
  return tlv(0x6f, concatBytes(name, tlv(0x83, uint16(directory.fid))));
}

function fileInformation(file: FileEntry): Uint8Array {
  // The first element of every descriptor is repeated as the chip took it: type and size are what a tool wants to see.
  const type = file.descriptor.slice(0, 2 + byteAt(file.descriptor, 1));
  return tlv(0x6f, concatBytes(tlv(0x83, uint16(file.fid)), byteAt(type, 0) === 0x82 ? type : new Uint8Array(0)));
}

function tlv(tag: number, value: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(tag, value.length), value);
}
