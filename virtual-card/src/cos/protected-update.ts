/**
 * Secure messaging in `operational` (ADR 001, "Protected update"; ADR 005, "MAC-only commands"; CARD-FACTS 3.7):
 * SK = D(STK, R), MAC with zero IV over the final header and the cipher, ECB payload L ‖ value ‖ 80 00…. One challenge
 * serves one command.
 *
 * The command carries no key version. Every loaded version of the STK is tried, so that a terminal that still works
 * with the old version goes on while the next one is in place already.
 */

import type { CommandApdu } from '@rhc/card/apdu';
import { concatBytes, equalBytes } from '@rhc/card/bytes';
import type { FileEntry, KeyEntry } from '../memory/chip-content.ts';
import type { Chip } from './chip.ts';
import { inPersonalization, keysOf, takeChallenge } from './chip.ts';
import { blockBytes, decipherEcb, disperse, macBlock } from './cipher-suite.ts';
import { refuse } from './status-error.ts';

const MAC_BYTES = 4;

export interface VerifiedUpdate {
  readonly stk: KeyEntry;
  readonly sessionKey: Uint8Array;
  /** Data field without the MAC. */
  readonly cipher: Uint8Array;
}

/**
 * Takes the challenge first, whatever comes after: a command with secure messaging spends it even when it is refused.
 * Then `precheck` (access and structure), then the MAC.
 */
export function verifyProtected(
  chip: Chip,
  command: CommandApdu,
  file: FileEntry,
  precheck: () => void,
): VerifiedUpdate {
  if (inPersonalization(chip)) refuse('conditionsNotSatisfied');
  const challenge = takeChallenge(chip, 'challengeOnceUpdate');
  precheck();
  const keys = keysOf(chip, file.directory, file.rules.transportKid);
  const stks = chip.rules.stkOfDirectory ? keys : chip.content.keys.filter(({ kid }) => (kid & 0x0f) === 0x01);
  return verifyMac(chip, command, challenge, stks, 'protectedMac');
}

/** A command without data but its MAC4: APPLICATION BLOCK, APPLICATION UNBLOCK, CARD BLOCK. */
export function verifyLockCommand(chip: Chip, command: CommandApdu, stkKid: number, precheck: () => void): void {
  const challenge = takeChallenge(chip, 'challengeOnceUpdate');
  precheck();
  const keys = keysOf(chip, chip.session.directory, stkKid);
  const { cipher } = verifyMac(chip, command, challenge, keys, 'lockMac');
  if (cipher.length !== 0) refuse('wrongLength');
}

function verifyMac(
  chip: Chip,
  command: CommandApdu,
  challenge: Uint8Array | null,
  stks: readonly KeyEntry[],
  rule: 'protectedMac' | 'lockMac',
): VerifiedUpdate {
  const data = command.data ?? new Uint8Array(0);
  if (data.length < MAC_BYTES) refuse('macMissing');
  const random = challenge ?? refuse('noChallenge');
  if (stks.length === 0) refuse('referenceNotFound');
  const cipher = data.slice(0, -MAC_BYTES);
  const header = Uint8Array.of(command.cla, command.ins, command.p1, command.p2, data.length);
  for (const stk of stks) {
    const sessionKey = stk.value.use((key) => disperse(stk.suite, key, random));
    const block = macBlock(stk.suite, sessionKey, new Uint8Array(blockBytes(stk.suite)), concatBytes(header, cipher));
    const right = equalBytes(block.slice(0, MAC_BYTES), data.slice(-MAC_BYTES));
    if (right || !chip.rules[rule]) return { stk, sessionKey, cipher };
  }
  return refuse('macWrong');
}

/** The value inside a verified cipher; anything but exactly L ‖ value ‖ 80 00… to the next block is wrong data. */
export function decipherValue({ stk, sessionKey, cipher }: VerifiedUpdate): Uint8Array {
  const size = blockBytes(stk.suite);
  if (cipher.length === 0 || cipher.length % size !== 0) refuse('wrongLength');
  const plain = decipherEcb(stk.suite, sessionKey, cipher);
  const length = plain[0] ?? 0;
  const used = 1 + length;
  if (plain.length !== (Math.floor(used / size) + 1) * size) refuse('wrongData');
  if (plain[used] !== 0x80 || plain.slice(used + 1).some((byte) => byte !== 0)) refuse('wrongData');
  return plain.slice(1, used);
}
