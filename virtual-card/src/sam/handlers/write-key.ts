/**
 * WRITE KEY `84 D4` under the issue channel (ADR 006): P1 01 a key, 02 retires a version, 03 the PIN. P2 is the reference
 * of `80 DE`; 00 in the MF is the control key.
 */
import type { CommandApdu } from '@rhc/card/apdu';
import { byteAt, equalBytes, SecretBytes } from '@rhc/card/bytes';
import { samKeyReferences } from '@rhc/card/profile';
import type { PersonalizationChannel } from '../../cos/chip.ts';
import { blockBytes, decipherEcb, suiteOfAlgorithm } from '../../cos/cipher-suite.ts';
import { openSecured } from '../../cos/secured-command.ts';
import { refuse } from '../../cos/status-error.ts';
import { CONTROL_KEY_TRIES } from '../blank-sam.ts';
import { commitIssue, requireIssueChannel, requireStepOf } from '../issue-rules.ts';
import type { SamAnswer, SamChip } from '../sam-chip.ts';
import { controlKey } from '../sam-chip.ts';
import type { SamControlKey, SamWorkKey } from '../sam-content.ts';
import { fits, isPackedDigits } from './pin.ts';

const LOAD = 0x01;
const RETIRE = 0x02;
const PIN = 0x03;
const CHANGE_WITH_CONTROL_KEY = 0x40;
const NOT_COUNTED = 0xff;

export function writeKey(chip: SamChip, command: CommandApdu): SamAnswer {
  const channel = requireIssueChannel(chip);
  const cipher = openSecured(chip, channel, command);
  const size = blockBytes(channel.suite);
  if (cipher.length === 0 || cipher.length % size !== 0) refuse('wrongLength');
  const plain = decipherEcb(channel.suite, channel.encipherKey, cipher);
  try {
    if (command.p1 === LOAD) loadKey(chip, command.p2, plain);
    else if (command.p1 === RETIRE) retireKey(chip, command.p2, plain, channel);
    else if (command.p1 === PIN && command.p2 === 0) writePin(chip, plain, channel);
    else refuse('wrongParameters');
    return {};
  } finally {
    plain.fill(0);
  }
}

/** `1F ‖ P1 ‖ 00 ‖ 40 ‖ version ‖ algorithm ‖ tries ‖ 9 × 00`, the key, `80 00…`: the user card's blocks. */
function loadKey(chip: SamChip, p2: number, plain: Uint8Array): void {
  if (plain.length !== 48) refuse('wrongLength');
  const [length, p1, use, change, , algorithm, tries] = plain;
  const version = byteAt(plain, 4);
  const suite = suiteOfAlgorithm(algorithm ?? 0) ?? refuse('wrongData');
  const restEmpty = plain.slice(7, 16).every((byte) => byte === 0) && plain.slice(33).every((byte) => byte === 0);
  if (length !== 0x1f || use !== 0 || change !== CHANGE_WITH_CONTROL_KEY || plain[32] !== 0x80) refuse('wrongData');
  if (!restEmpty || version === 0 || version === 0xff) refuse('wrongData');
  const value = plain.slice(16, 32);
  try {
    if (chip.session.directory === 'MF') {
      if (p2 !== 0) refuse('referenceNotFound');
      if (p1 !== 0 || tries !== CONTROL_KEY_TRIES) refuse('wrongData');
      writeControlKey(chip, { version, suite, triesLeft: CONTROL_KEY_TRIES, value: new SecretBytes(value) });
      return;
    }
    const reference = samKeyReferences.find((entry) => entry.p2 === p2) ?? refuse('referenceNotFound');
    if (p1 !== reference.p1 || tries !== NOT_COUNTED) refuse('wrongData');
    requireStepOf(chip, reference.loadedAt);
    writeWorkKey(chip, { p1: reference.p1, p2, version, suite, uses: 0, value: new SecretBytes(value) });
  } finally {
    value.fill(0);
  }
}

function writeControlKey(chip: SamChip, key: SamControlKey): void {
  const held = controlKey(chip);
  if (held.version === key.version && chip.content.state === 'operational') {
    requireSameValue(held, key);
    return;
  }
  commitIssue(chip, { kind: 'write-control-key', key });
}

function writeWorkKey(chip: SamChip, key: SamWorkKey): void {
  const versions = chip.content.keys.filter(({ p2 }) => p2 === key.p2);
  const held = versions.find(({ version }) => version === key.version);
  if (held !== undefined && chip.content.state === 'operational' && chip.rules.keyOverwrite) {
    // A key in use is never overwritten; the same value again is a repeated command.
    requireSameValue(held, key);
    return;
  }
  if (held === undefined && versions.length >= chip.product.maxKeyVersions) refuse('noSpace');
  commitIssue(chip, { kind: 'write-key', key });
}

function requireSameValue(
  held: { readonly suite: string; readonly value: SecretBytes },
  key: { readonly suite: string; readonly value: SecretBytes },
): void {
  const same = held.value.use((old) => key.value.use((next) => equalBytes(old, next)));
  if (!same || held.suite !== key.suite) refuse('conditionsNotSatisfied');
}

/** `01 ‖ version`, padded (ADR 005, "Re-key"). */
function retireKey(chip: SamChip, p2: number, plain: Uint8Array, channel: PersonalizationChannel): void {
  const body = unpadded(plain, channel);
  if (body.length !== 2 || body[0] !== 1) refuse('wrongData');
  const version = byteAt(body, 1);
  if (chip.session.directory !== 'DF01') refuse('referenceNotFound');
  const reference = samKeyReferences.find((entry) => entry.p2 === p2) ?? refuse('referenceNotFound');
  requireStepOf(chip, reference.loadedAt);
  const versions = chip.content.keys.filter((key) => key.p2 === p2);
  if (!versions.some((key) => key.version === version)) return;
  if (versions.length === 1 && chip.rules.lastVersion) refuse('conditionsNotSatisfied');
  chip.commit({ kind: 'erase-key', key: { p2, version } });
}

/** `L ‖ tries ‖ PIN`, padded: the first PIN at second issue, a new one when the old one is blocked. */
function writePin(chip: SamChip, plain: Uint8Array, channel: PersonalizationChannel): void {
  requireStepOf(chip, 'second');
  const body = unpadded(plain, channel);
  const pin = body.slice(2);
  if (byteAt(body, 0) !== body.length - 1 || byteAt(body, 1) !== chip.product.pinTries) refuse('wrongData');
  if (!fits(chip, pin) || !isPackedDigits(pin)) refuse('wrongData');
  chip.session.pinVerified = false;
  const maxTries = chip.product.pinTries;
  chip.commit({ kind: 'write-pin', pin: { value: new SecretBytes(pin), maxTries, triesLeft: maxTries } });
  pin.fill(0);
}

/** What stands before the last 80, at least two bytes; only zeros may follow it within one block. */
function unpadded(plain: Uint8Array, channel: PersonalizationChannel): Uint8Array {
  const end = plain.lastIndexOf(0x80);
  const tail = plain.slice(end + 1);
  if (end < 2 || tail.length >= blockBytes(channel.suite) || tail.some((byte) => byte !== 0)) refuse('wrongData');
  return plain.slice(0, end);
}
