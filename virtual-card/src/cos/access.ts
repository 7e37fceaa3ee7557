/** Access rules of a file, as its CREATE FILE declared them (CARD-FACTS 2.1; ADR 001, "CREATE FILE" and "Data"). */
import type { AccessRule, FileEntry } from '../memory/chip-content.ts';
import type { Chip } from './chip.ts';
import { inPersonalization } from './chip.ts';
import { refuse } from './status-error.ts';

export function requireAccess(chip: Chip, rule: AccessRule): void {
  if (!satisfied(chip, rule)) refuse('securityStatusNotSatisfied');
}

function satisfied(chip: Chip, rule: AccessRule): boolean {
  return rule.kind === 'free' || (rule.kind === 'key' && chip.session.authenticated.has(rule.nibble));
}

/** With the channel open everything but keys may be read back plainly. */
export function requireRead(chip: Chip, file: FileEntry): void {
  if (inPersonalization(chip) && chip.session.channel !== null) return;
  requireAccess(chip, file.rules.read);
}

/**
 * A write without secure messaging: in personalization the channel decides and the access bytes say nothing; in
 * operational the file's own key must be authenticated and the file must be declared plain.
 */
export function requirePlainUpdate(chip: Chip, file: FileEntry): void {
  if (inPersonalization(chip)) {
    if (chip.session.channel === null && chip.rules.channelRequired) refuse('securityStatusNotSatisfied');
    return;
  }
  // The re-key channel opens no file: what the file's own rules refuse is refused by the life cycle (ADR 005).
  if (chip.session.channel !== null && !satisfied(chip, file.rules.update)) {
    if (!chip.rules.lifeCycle) return;
    refuse('conditionsNotSatisfied');
  }
  requireAccess(chip, file.rules.update);
  if (file.rules.transport !== 'plain' && chip.rules.macRequired) refuse('macMissing');
}
