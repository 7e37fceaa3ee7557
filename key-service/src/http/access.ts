/** Who may call what, in words that an endpoint table repeats. Names are checked: a role that does not exist does not compile. */
import type { Role } from '../domain/roles.ts';

export const roles = (...names: readonly Role[]): readonly Role[] => names;

/** Everybody who works with keys; terminals do not. */
export const EVERYBODY_INSIDE = roles(
  'system-admin',
  'security-admin',
  'audit-admin',
  'officer',
  'custodian',
  'service',
);

/** People: whoever signs in at the console. */
export const OPERATORS = roles('system-admin', 'security-admin', 'audit-admin', 'officer', 'custodian');
