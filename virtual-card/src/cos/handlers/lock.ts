/**
 * APPLICATION BLOCK `84 1E 00 P2`, APPLICATION UNBLOCK `84 18 00 00` and CARD BLOCK `84 16 00 00` (ADR 005): MAC4 over
 * the header by the STK of the current DF, after its LK (in the MF: BK). A repeated command changes nothing.
 */
import type { CommandApdu } from '@rhc/card/apdu';
import type { DirectoryEntry } from '../../memory/chip-content.ts';
import type { Chip } from '../chip.ts';
import { currentDirectory, MASTER_FILE } from '../chip.ts';
import type { Answer } from '../handler.ts';
import { verifyLockCommand } from '../protected-update.ts';
import { refuse } from '../status-error.ts';

const LOCK_KEY_NIBBLE = 0x02;
const STK_NIBBLE = 0x01;
const LOCAL = 0x80;
const FOR_EVER = 0x01;

export function applicationBlock(chip: Chip, command: CommandApdu): Answer {
  const { fid, block } = authorizedApplication(chip, command);
  const wanted = command.p2 === FOR_EVER ? 'blocked-for-ever' : 'blocked';
  // For ever is not taken back by a repeated block until unblocked.
  if (block !== wanted && block !== 'blocked-for-ever') {
    chip.commit({ kind: 'set-block', directory: fid, block: wanted });
  }
  return {};
}

export function applicationUnblock(chip: Chip, command: CommandApdu): Answer {
  const { fid, block } = authorizedApplication(chip, command);
  if (block === 'blocked-for-ever' && chip.rules.blockedForEver) refuse('blockedForEver');
  if (block !== 'open') chip.commit({ kind: 'set-block', directory: fid, block: 'open' });
  return {};
}

export function cardBlock(chip: Chip, command: CommandApdu): Answer {
  requireLockable(chip, chip.session.directory === MASTER_FILE);
  verifyLockCommand(chip, command, STK_NIBBLE, () => requireLockKey(chip));
  chip.commit({ kind: 'set-state', state: 'blocked' });
  return {};
}

/** DF01–DF03: the directories below the health environment, whose keys are local (CARD-FACTS 3.2). */
function authorizedApplication(chip: Chip, command: CommandApdu): DirectoryEntry {
  const directory = currentDirectory(chip);
  requireLockable(chip, directory.parent !== null && directory.parent !== MASTER_FILE);
  verifyLockCommand(chip, command, LOCAL | STK_NIBBLE, () => requireLockKey(chip));
  return directory;
}

function requireLockable(chip: Chip, rightDirectory: boolean): void {
  if (chip.content.state !== 'operational' || !rightDirectory) refuse('conditionsNotSatisfied');
}

function requireLockKey(chip: Chip): void {
  if (chip.session.authenticated.has(LOCK_KEY_NIBBLE) || !chip.rules.lockKey) return;
  refuse('securityStatusNotSatisfied');
}
