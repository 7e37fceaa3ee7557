/**
 * RETIRE KEY `84 D4 02 KID 14`: data = ECB(SKe, 01 ‖ version ‖ 80 00…) ‖ MAC4, 16 enciphered bytes in every suite (ADR
 * 007), in the channel that MK opened (ADR 005, "Re-key"). It erases one version of a slot of the current DF, never the
 * last one.
 */
import type { CommandApdu } from '@rhc/card/apdu';
import type { Chip } from '../chip.ts';
import { inPersonalization, keyLoadingChannel, keysOf } from '../chip.ts';
import { decipherEcb } from '../cipher-suite.ts';
import type { Answer } from '../handler.ts';
import { openSecured } from '../secured-command.ts';
import { refuse } from '../status-error.ts';

const UNIT_BYTES = 16;
const MAC_BYTES = 4;

export function retireKey(chip: Chip, command: CommandApdu): Answer {
  const channel = keyLoadingChannel(chip);
  if (inPersonalization(chip)) refuse('conditionsNotSatisfied');
  if ((command.data?.length ?? 0) !== UNIT_BYTES + MAC_BYTES) refuse('wrongLength');
  const version = readVersion(decipherEcb(channel.suite, channel.encipherKey, openSecured(chip, channel, command)));
  const loaded = keysOf(chip, chip.session.directory, command.p2);
  if (loaded.length === 0) refuse('referenceNotFound');
  const retired = loaded.find((key) => key.version === version);
  // A repeated command after a torn answer.
  if (retired === undefined) return {};
  if (loaded.length === 1 && chip.rules.lastVersion) refuse('conditionsNotSatisfied');
  chip.commit({ kind: 'erase-key', key: retired });
  // What the retired version opened in this session is closed with it.
  chip.session.authenticated.delete(retired.kid & 0x0f);
  return {};
}

/** Exactly `01 ‖ version ‖ 80 00…`. */
function readVersion(plain: Uint8Array): number {
  const [length, version, end, ...zeros] = plain;
  if (length !== 0x01 || version === undefined || end !== 0x80 || zeros.some((byte) => byte !== 0)) {
    return refuse('wrongData');
  }
  return version;
}
