/**
 * `80 FA 00 00` enciphers whole blocks in ECB, `80 FA 05 00` makes a MAC of 4 bytes over IV ‖ whole blocks (CARD-FACTS 5.2).
 * The session key serves one command, accepted or not.
 */
import type { CommandApdu } from '@rhc/card/apdu';
import { SAM_ENCIPHER, SAM_MAC, SAM_TYPE_ENCIPHER_AND_MAC } from '@rhc/card/profile';
import { blockBytes, encipherEcb, lastCbcBlock } from '../../cos/cipher-suite.ts';
import { refuse } from '../../cos/status-error.ts';
import type { SamAnswer, SamChip } from '../sam-chip.ts';

const MAC_BYTES = 4;

export function cipher(chip: SamChip, command: CommandApdu): SamAnswer {
  const key = chip.session.sessionKey ?? refuse('conditionsNotSatisfied');
  if (chip.rules.singleUse) chip.session.sessionKey = null;
  if (command.p2 !== 0 || (command.p1 !== SAM_ENCIPHER && command.p1 !== SAM_MAC)) refuse('wrongParameters');
  const data = command.data ?? new Uint8Array(0);
  const block = blockBytes(key.suite);
  const least = command.p1 === SAM_MAC ? 2 * block : block;
  if (data.length < least || data.length % block !== 0) refuse('wrongLength');
  if (command.p1 === SAM_ENCIPHER) return { data: encipherEcb(key.suite, key.value, data) };
  // A read or update key proves a terminal; only a maintenance key protects data.
  if (key.type !== SAM_TYPE_ENCIPHER_AND_MAC && chip.rules.keyType) refuse('conditionsNotSatisfied');
  const last = lastCbcBlock(key.suite, key.value, data.slice(0, block), data.slice(block));
  return { data: last.slice(0, MAC_BYTES) };
}
