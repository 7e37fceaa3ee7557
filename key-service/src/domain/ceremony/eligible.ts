/** Which roles of the system let somebody take which role in a ceremony. Declared once, for HTTP and tests. */
import type { CeremonyRole } from '@rhc/hsm-config';
import type { Role } from '../roles.ts';

export const ELIGIBLE: Readonly<Record<CeremonyRole, readonly Role[]>> = {
  administrator: ['security-admin'],
  custodian: ['custodian'],
  witness: ['audit-admin', 'system-admin'],
  'officer-a': ['officer'],
  'officer-b': ['officer'],
  auditor: ['audit-admin'],
};

export const rolesOpenTo = (held: readonly string[]): CeremonyRole[] =>
  (Object.keys(ELIGIBLE) as CeremonyRole[]).filter((role) => ELIGIBLE[role].some((each) => held.includes(each)));
