/**
 * The register of people who work at the console. Three powers, three people (MLPS level 3): the system administrator
 * makes and disables operators, the security administrator gives roles, and nobody changes their own. Roles that
 * exclude one another are refused here and by the database.
 */
import { type Principal, shellErrors } from '@rhc/service-shell';
import { keyServiceErrors } from '../../errors.ts';
import type { AuditPort } from '../ports.ts';
import { EXCLUSIVE_ROLES, ROLES, type Role } from '../roles.ts';

export type OperatorRole = Exclude<Role, 'service' | 'terminal'>;

export interface Operator {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly OperatorRole[];
  readonly state: 'active' | 'disabled';
  readonly createdAt: Date;
}

export interface OperatorStore {
  all(): Promise<Operator[]>;
  find(id: string): Promise<Operator | null>;
  /** False when the id is taken. */
  add(operator: Operator): Promise<boolean>;
  setRoles(id: string, roles: readonly OperatorRole[]): Promise<void>;
  setState(id: string, state: Operator['state']): Promise<void>;
}

export const OPERATOR_ROLES = Object.keys(ROLES).filter(
  (role): role is OperatorRole => role !== 'service' && role !== 'terminal',
);

export const principalId = (operator: string): string => `operator:${operator}`;
export const operatorOf = (principal: string): string => principal.replace(/^operator:/, '');

/** @throws OPERATOR_ROLES_EXCLUSIVE that names every pair */
export function requireCompatible(roles: readonly Role[]): void {
  const pairs = EXCLUSIVE_ROLES.filter((pair) => pair.every((role) => roles.includes(role)));
  if (pairs.length === 0) return;
  throw keyServiceErrors.make('OPERATOR_ROLES_EXCLUSIVE', {
    fields: pairs.map((pair) => ({
      field: 'roles',
      rule: {
        zh: `不得兼任:${pair.map((role) => ROLES[role].zh).join('、')}`,
        en: `must not be held together: ${pair.map((role) => ROLES[role].en).join(', ')}`,
      },
    })),
  });
}

export interface OperatorRoom {
  readonly store: OperatorStore;
  readonly audit: AuditPort;
  readonly now: () => Date;
  /** Told when what an operator may do has changed: their sessions end. */
  readonly onChange: (principal: string) => Promise<void>;
}

export class Operators {
  readonly #room: OperatorRoom;

  constructor(room: OperatorRoom) {
    this.#room = room;
  }

  all(): Promise<Operator[]> {
    return this.#room.store.all();
  }

  /** @throws OPERATOR_UNKNOWN */
  async get(id: string): Promise<Operator> {
    const found = await this.#room.store.find(id);
    if (found === null) throw keyServiceErrors.make('OPERATOR_UNKNOWN', { detail: id });
    return found;
  }

  /** Who that is now, with the roles of this moment; null when unknown or disabled. */
  async principal(id: string): Promise<Omit<Principal, 'via'> | null> {
    const found = await this.#room.store.find(operatorOf(id));
    if (found === null || found.state !== 'active') return null;
    return { id: principalId(found.id), name: found.name, roles: found.roles };
  }

  /** @throws OPERATOR_TAKEN */
  async add(by: string, { id, name }: Pick<Operator, 'id' | 'name'>): Promise<Operator> {
    const { store, audit, now } = this.#room;
    if ((await store.find(id)) !== null) throw keyServiceErrors.make('OPERATOR_TAKEN', { detail: id });
    await audit.record('operator-added', { operator: principalId(id), by });
    const operator: Operator = { id, name, roles: [], state: 'active', createdAt: now() };
    if (!(await store.add(operator))) throw keyServiceErrors.make('OPERATOR_TAKEN', { detail: id });
    return operator;
  }

  /** @throws FORBIDDEN for one's own roles, OPERATOR_ROLES_EXCLUSIVE, OPERATOR_UNKNOWN */
  async setRoles(by: string, id: string, roles: readonly OperatorRole[], reason: string): Promise<Operator> {
    requireOther(by, id);
    requireCompatible(roles);
    const { store, audit, onChange } = this.#room;
    const { roles: before } = await this.get(id);
    const now = OPERATOR_ROLES.filter((role) => roles.includes(role));
    const entry = { operator: principalId(id), before: before.join(','), after: now.join(','), by, reason };
    await audit.record('operator-roles-changed', entry);
    await store.setRoles(id, now);
    await onChange(principalId(id));
    return this.get(id);
  }

  /** @throws FORBIDDEN for oneself, OPERATOR_UNKNOWN */
  async setState(by: string, id: string, state: Operator['state'], reason: string): Promise<Operator> {
    requireOther(by, id);
    const { store, audit, onChange } = this.#room;
    await this.get(id);
    await audit.record(`operator-${state}`, { operator: principalId(id), by, reason });
    await store.setState(id, state);
    await onChange(principalId(id));
    return this.get(id);
  }
}

function requireOther(by: string, id: string): void {
  if (by === principalId(id)) throw shellErrors.make('FORBIDDEN', { detail: `${by} on themselves` });
}
