/**
 * VERIFY `00 20` and CHANGE PIN `80 5E` (CARD-FACTS 5.2; ADR 006). The try is written off before the comparison, so that a
 * power cut between the two can never give a free guess.
 */
import type { CommandApdu } from '@rhc/card/apdu';
import { equalBytes, SecretBytes } from '@rhc/card/bytes';
import { refuse, refuseWithTries } from '../../cos/status-error.ts';
import type { SamAnswer, SamChip } from '../sam-chip.ts';
import { requireOperational, requireParameters } from '../sam-chip.ts';
import type { SamPin } from '../sam-content.ts';

const SEPARATOR = 0xff;

export function verifyPin(chip: SamChip, command: CommandApdu): SamAnswer {
  requireOperational(chip);
  requireParameters(command, 0x00, 0x00);
  const pin = chip.content.pin ?? refuse('referenceNotFound');
  const given = command.data ?? new Uint8Array(0);
  if (given.length === 0) return tellTries(chip, pin);
  if (!fits(chip, given)) refuse('wrongLength');
  compare(chip, pin, given);
  chip.commit({ kind: 'pin-tries', triesLeft: pin.maxTries });
  chip.session.pinVerified = true;
  return {};
}

/** Afterwards the new PIN has to be verified like any other. */
export function changePin(chip: SamChip, command: CommandApdu): SamAnswer {
  requireOperational(chip);
  requireParameters(command, 0x01, 0x00);
  const pin = chip.content.pin ?? refuse('referenceNotFound');
  const data = command.data ?? new Uint8Array(0);
  const at = data.indexOf(SEPARATOR);
  if (at === -1 || data.includes(SEPARATOR, at + 1)) refuse('wrongData');
  const [old, next] = [data.slice(0, at), data.slice(at + 1)];
  if (!fits(chip, old) || !fits(chip, next)) refuse('wrongLength');
  if (!isPackedDigits(next)) refuse('wrongData');
  compare(chip, pin, old);
  chip.commit({ kind: 'write-pin', pin: { ...pin, value: new SecretBytes(next), triesLeft: pin.maxTries } });
  return {};
}

export function fits(chip: SamChip, pin: Uint8Array): boolean {
  const { least, most } = chip.product.pinBytes;
  return pin.length >= least && pin.length <= most;
}

/** Two digits a byte; an odd number of digits ends in one nibble F. */
export function isPackedDigits(pin: Uint8Array): boolean {
  const text = [...pin].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return /^\d+f?$/.test(text);
}

function tellTries(chip: SamChip, pin: SamPin): SamAnswer {
  if (pin.triesLeft === 0) refuse('keyBlocked');
  return chip.session.pinVerified ? {} : refuseWithTries(pin.triesLeft);
}

/** The try first, then the comparison; a wrong one also takes the session key away. */
function compare(chip: SamChip, pin: SamPin, given: Uint8Array): void {
  chip.session.pinVerified = false;
  if (pin.triesLeft === 0) refuse('keyBlocked');
  const { pinTryWrittenFirst, pinTriesCounted } = chip.rules;
  const triesLeft = pinTriesCounted ? pin.triesLeft - 1 : pin.triesLeft;
  if (pinTryWrittenFirst) chip.commit({ kind: 'pin-tries', triesLeft });
  if (pin.value.use((value) => equalBytes(value, given))) return;
  chip.session.sessionKey = null;
  if (!pinTryWrittenFirst) chip.commit({ kind: 'pin-tries', triesLeft });
  refuseWithTries(triesLeft);
}
