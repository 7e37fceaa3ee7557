/**
 * END PERSONALIZATION `84 44 00 00 24 ‖ digest(32) ‖ MAC4` (ADR 001): the chip compares the digest over all files and
 * keys with its own before it becomes operational, so that a card with one wrong byte never leaves personalization.
 */

import type { CommandApdu } from '@rhc/card/apdu';
import { concatBytes, equalBytes, uint16, uint32 } from '@rhc/card/bytes';
import type { AlgorithmSuite } from '@rhc/card/profile';
import { nationalProfile } from '@rhc/card/profile';
import type { FileEntry } from '../../memory/chip-content.ts';
import type { Chip } from '../chip.ts';
import { keysOf, MASTER_FILE, MASTER_KEY_ID, personalizationChannel, TRANSPORT_KEY_VERSION } from '../chip.ts';
import { hash, keyCheckValue } from '../cipher-suite.ts';
import type { Answer } from '../handler.ts';
import { openSecured } from '../secured-command.ts';
import { refuse } from '../status-error.ts';
import { loadedKeys } from './get-data.ts';

export function endPersonalization(chip: Chip, command: CommandApdu): Answer {
  const channel = personalizationChannel(chip);
  if ((command.data?.length ?? 0) !== 36) refuse('wrongLength');
  const digest = openSecured(chip, channel, command);
  const masterKeys = keysOf(chip, MASTER_FILE, MASTER_KEY_ID);
  // A chip that still obeys its maker's key must not go out.
  const obeysMaker = masterKeys.some(({ version }) => version === TRANSPORT_KEY_VERSION);
  if (obeysMaker && chip.rules.transportKeyBarsEnd) refuse('conditionsNotSatisfied');
  if (chip.rules.endDigest && !equalBytes(digest, contentDigest(chip, channel.suite))) refuse('wrongData');
  chip.commit({ kind: 'set-state', state: 'operational' });
  chip.session.channel = null;
  return {};
}

function contentDigest(chip: Chip, suite: AlgorithmSuite): Uint8Array {
  const filesDigest = hash(suite, ...filesInProfileOrder(chip).map(fileLine));
  const keys = loadedKeys(chip).map((key) =>
    concatBytes(
      uint16(key.directory),
      Uint8Array.of(key.kid, key.version),
      key.value.use((bytes) => keyCheckValue(key.suite, bytes)),
    ),
  );
  return hash(suite, filesDigest, ...keys);
}

/** The order is the profile's, whatever the order of creation; a file outside the profile comes after, as created. */
function filesInProfileOrder(chip: Chip): readonly FileEntry[] {
  const order = nationalProfile.files.map((file) => address(nationalProfile.directory(file.directory).fid, file.fid));
  const rank = (file: FileEntry): number => {
    const place = order.indexOf(address(file.directory, file.fid));
    return place === -1 ? order.length : place;
  };
  return [...chip.content.files].sort((a, b) => rank(a) - rank(b));
}

function address(directory: number, fid: number): number {
  return directory * 0x10000 + fid;
}

function fileLine(file: FileEntry): Uint8Array {
  const content = file.body.structure === 'transparent' ? file.body.content : concatBytes(...file.body.records);
  return concatBytes(uint16(file.directory), uint16(file.fid), uint32(content.length), content);
}
