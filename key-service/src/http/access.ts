/** Who may call what, in words that an endpoint table repeats. Names are checked: a role that does not exist does not compile. */
import type { AccessRoom } from '../access-room.ts';
import { type Enrolment, FIRST_START } from '../domain/access/enrolment-codes.ts';
import type { Operator } from '../domain/access/operators.ts';
import type { Role } from '../domain/roles.ts';
import { keyServiceErrors } from '../errors.ts';

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

/**
 * The operator for whom a code was given. Whoever holds roles is enrolled no further: roles come after enrolment, so
 * that the administrator who gives codes cannot make himself a key to somebody's roles.
 * @throws OPERATOR_UNKNOWN, OPERATOR_HOLDS_ROLES
 */
export async function enrolledOperator(room: AccessRoom, enrolment: Enrolment): Promise<Operator> {
  const operator = await room.operators.get(enrolment.name);
  if (operator.roles.length > 0 && enrolment.createdBy !== FIRST_START) {
    throw keyServiceErrors.make('OPERATOR_HOLDS_ROLES', { detail: operator.id });
  }
  return operator;
}
