/**
 * WRITE KEY `84 D4 01 KID 34`: the key travels enciphered under SKe with the channel's MAC (ADR 001, "WRITE KEY"). The
 * issuer's MK erases the transport key in the same commit. In `operational` it prepares a re-key: a version is added,
 * never overwritten (ADR 005).
 */

import type { CommandApdu } from '@rhc/card/apdu';
import { SecretBytes } from '@rhc/card/bytes';
import type { Change, KeyEntry } from '../../memory/chip-content.ts';
import { KEY_BYTES, usedBytes } from '../capacity.ts';
import type { Chip } from '../chip.ts';
import {
  commitPersonalization,
  inPersonalization,
  keyLoadingChannel,
  keysOf,
  MASTER_FILE,
  MASTER_KEY_ID,
  TRANSPORT_KEY_VERSION,
} from '../chip.ts';
import { decipherEcb, sameKeyValue, suiteOfAlgorithm } from '../cipher-suite.ts';
import type { Answer } from '../handler.ts';
import { openSecured } from '../secured-command.ts';
import { refuse } from '../status-error.ts';

const DATA_BYTES = 0x34;
const MAX_VERSIONS = 3;
const CHANGED_BY_MASTER_KEY = 0x40;

export function writeKey(chip: Chip, command: CommandApdu): Answer {
  const channel = keyLoadingChannel(chip);
  if ((command.data?.length ?? 0) !== DATA_BYTES) refuse('wrongLength');
  const enciphered = openSecured(chip, channel, command);
  const plain = decipherEcb(channel.suite, channel.encipherKey, enciphered);
  try {
    storeKey(chip, readKeyBlock(plain, chip.session.directory, command.p2));
  } finally {
    plain.fill(0);
  }
  return {};
}

function readKeyBlock(plain: Uint8Array, directory: number, kid: number): KeyEntry {
  const [length, type, useRight, changeRight, version, algorithm, maxTries] = plain;
  const reserved = plain.slice(7, 16).some((byte) => byte !== 0);
  const padding = plain[32] !== 0x80 || plain.slice(33).some((byte) => byte !== 0);
  if (length !== 0x1f || reserved || padding) return refuse('wrongData');
  const suite = suiteOfAlgorithm(algorithm ?? 0) ?? refuse('wrongData');
  if (version === undefined || version === TRANSPORT_KEY_VERSION) return refuse('wrongData');
  const tries = maxTries ?? 0;
  if (tries === 0 || (tries > 0x0f && tries !== 0xff)) return refuse('wrongData');
  return {
    directory,
    kid,
    version,
    type: type ?? 0,
    useRight: useRight ?? 0,
    changeRight: changeRight ?? 0,
    suite,
    maxTries: tries,
    triesLeft: tries,
    value: new SecretBytes(plain.slice(16, 32)),
  };
}

function storeKey(chip: Chip, key: KeyEntry): void {
  const loaded = keysOf(chip, key.directory, key.kid).filter(({ version }) => version !== TRANSPORT_KEY_VERSION);
  const same = loaded.find(({ version }) => version === key.version);
  if (same !== undefined && unchanged(same, key)) {
    refillTries(chip, same);
    return;
  }
  if (!inPersonalization(chip)) requireChangeable(chip, loaded, same);
  if (same === undefined) {
    if (loaded.length >= MAX_VERSIONS && chip.rules.versionLimit) refuse('noSpace');
    if (usedBytes(chip.content) + KEY_BYTES > chip.capacityBytes) refuse('noSpace');
  }
  commitPersonalization(chip, { kind: 'write-key', key }, ...transportKeyErasure(chip, key));
}

/** A key in use is never overwritten; its change right must be MK, whose channel this is (ADR 005, "Re-key"). */
function requireChangeable(chip: Chip, loaded: readonly KeyEntry[], same: KeyEntry | undefined): void {
  if (same !== undefined && chip.rules.keyOverwrite) refuse('conditionsNotSatisfied');
  if (loaded.some(({ changeRight }) => changeRight !== CHANGED_BY_MASTER_KEY)) refuse('conditionsNotSatisfied');
}

/** A personalization that is torn again and again repeats its negative control; that must not block RK1 (ADR 005). */
function refillTries(chip: Chip, key: KeyEntry): void {
  if (key.triesLeft === key.maxTries || !chip.rules.triesRefilledByWriteKey) return;
  commitPersonalization(chip, { kind: 'set-tries', key, triesLeft: key.maxTries });
}

function unchanged(old: KeyEntry, key: KeyEntry): boolean {
  return (
    old.type === key.type &&
    old.useRight === key.useRight &&
    old.changeRight === key.changeRight &&
    old.suite === key.suite &&
    old.maxTries === key.maxTries &&
    old.value.use((a) => key.value.use((b) => sameKeyValue(key.suite, a, b)))
  );
}

function transportKeyErasure(chip: Chip, key: KeyEntry): readonly Change[] {
  if (key.directory !== MASTER_FILE || key.kid !== MASTER_KEY_ID) return [];
  const address = { directory: MASTER_FILE, kid: MASTER_KEY_ID, version: TRANSPORT_KEY_VERSION };
  const present = keysOf(chip, MASTER_FILE, MASTER_KEY_ID).some(({ version }) => version === TRANSPORT_KEY_VERSION);
  return present && chip.rules.transportKeyErased ? [{ kind: 'erase-key', key: address }] : [];
}
