/** GET DATA `80 CA`: what any terminal may know of the chip in any state, so that a torn card goes on (ADR 001). */

import type { CommandApdu } from '@rhc/card/apdu';
import { concatBytes, uint16, uint32 } from '@rhc/card/bytes';
import type { ChipState, DirectoryBlock, KeyEntry } from '../../memory/chip-content.ts';
import type { Chip } from '../chip.ts';
import { keysOf, MASTER_FILE, MASTER_KEY_ID, TRANSPORT_KEY_VERSION } from '../chip.ts';
import type { Answer } from '../handler.ts';
import { refuse } from '../status-error.ts';

const STATE_BYTE: Readonly<Record<ChipState, number>> = { blank: 0, personalization: 1, operational: 2, blocked: 3 };

const BLOCK_BYTE: Readonly<Record<DirectoryBlock, number>> = { open: 0, blocked: 1, 'blocked-for-ever': 2 };
/** DF01–DF03: what APPLICATION BLOCK can block. */
const APPLICATIONS = [0xdf01, 0xdf02, 0xdf03] as const;

export function getData(chip: Chip, command: CommandApdu): Answer {
  switch (command.p1 * 256 + command.p2) {
    case 0x0101:
      return { data: progress(chip) };
    case 0x0102:
      return { data: chip.content.historicalBytes.slice(0, 8) };
    case 0x0103:
      return { data: concatBytes(...loadedKeys(chip).map(keyLine)) };
    case 0x0105:
      return { data: Uint8Array.from(APPLICATIONS, (fid) => blockByte(chip, fid)) };
    case 0x0104:
      return { data: new TextEncoder().encode('rhc-blank-1') };
    default:
      return refuse('referenceNotFound');
  }
}

/** A directory that is not there yet is open. */
function blockByte(chip: Chip, fid: number): number {
  return BLOCK_BYTE[chip.content.directories.find((entry) => entry.fid === fid)?.block ?? 'open'];
}

function progress(chip: Chip): Uint8Array {
  const { state, directories, files, commits } = chip.content;
  // With two MK versions on the card both authenticate; the lower one is the one in force, the other pre-positioned.
  const masterKey = keysOf(chip, MASTER_FILE, MASTER_KEY_ID)[0];
  const filesCreated = directories.length - 1 + files.length;
  return concatBytes(
    Uint8Array.of(STATE_BYTE[state], masterKey?.version ?? 0, filesCreated, loadedKeys(chip).length),
    uint32(commits),
  );
}

/** Ascending by directory, key id, version: the order of the digest too. The transport key is the maker's, not loaded. */
export function loadedKeys(chip: Chip): readonly KeyEntry[] {
  return chip.content.keys
    .filter((key) => key.version !== TRANSPORT_KEY_VERSION)
    .sort((a, b) => a.directory - b.directory || a.kid - b.kid || a.version - b.version);
}

function keyLine(key: KeyEntry): Uint8Array {
  return concatBytes(uint16(key.directory), Uint8Array.of(key.kid, key.version, key.triesLeft));
}
