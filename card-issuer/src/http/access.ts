/** Who may call what, by groups of roles, so that the rows of the table read as the work that people do. */
import type { Access } from '@rhc/service-shell';
import type { Role } from '../domain/roles.ts';

const only = (...roles: readonly Role[]): Access => roles;

/** Work at the counter; `service` is another program (the start, a hospital's system) acting with its own token. */
export const COUNTER = only('clerk', 'manager', 'service');
/** Reads of cards and residents. */
export const PEOPLE = only('clerk', 'reviewer', 'manager', 'service');
/** Moves of a card that a person answers for; no program does. */
export const CLERKS = only('clerk', 'manager');
export const STOCK = only('stock', 'manager');
export const STOCK_READERS = only('clerk', 'stock', 'manager', 'auditor');
export const APPROVERS = only('reviewer', 'stock', 'manager');
export const REQUESTERS = only('clerk', 'stock', 'manager');
export const REVIEWERS = only('reviewer', 'manager');
/** Who did what to whose record: the auditor looks too. */
export const PEOPLE_HISTORY = only('clerk', 'reviewer', 'manager', 'auditor', 'service');
/** Who may look at how the service is set up. */
export const LOOKERS_ON = only('manager', 'auditor');
export const MANAGER = only('manager');
/** History and lists of approvals: those who work, and those who look at them afterwards. */
export const OVERSIGHT = only('clerk', 'reviewer', 'stock', 'manager', 'auditor');
export const PUBLISHERS = only('manager', 'service');
/** Other systems alone, each by its own token or certificate. */
export const PROGRAMS = only('service');
/** Agents at desks, by their certificate or the agents' token. */
export const TERMINALS = only('terminal');
/** Everybody who has a principal. */
export const ANYBODY: Access = 'any';
