/** Who may work with this key-service, put together: operators, passkeys, sessions, lock-out, enrolment codes. */
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import {
  type Authenticator,
  bearerToken,
  LockOut,
  type LockOutStore,
  SESSION_TIMES,
  type SessionStore,
  Sessions,
  type SessionTimes,
} from '@rhc/service-shell';
import { DEMONSTRATION_OPERATORS } from './domain/access/demonstration.ts';
import { EnrolmentCodes, type EnrolmentStore } from './domain/access/enrolment-codes.ts';
import { type OperatorStore, Operators } from './domain/access/operators.ts';
import { type PasskeyStore, Passkeys } from './domain/access/passkeys.ts';
import type { AuditPort } from './domain/ports.ts';

export interface AccessStores {
  readonly operators: OperatorStore;
  readonly passkeys: PasskeyStore;
  readonly sessions: SessionStore;
  readonly lockOuts: LockOutStore;
  readonly enrolments: EnrolmentStore;
}

export interface AccessRoomOptions {
  readonly stores: AccessStores;
  readonly audit: AuditPort;
  readonly now: () => Date;
  /** Address of the console as browsers know it; passkeys are bound to it. */
  readonly origin: string;
  readonly times?: SessionTimes;
  /** Tokens of demonstration operators, by operator id; refused in production. */
  readonly demonstration?: ReadonlyMap<string, string>;
}

export interface AccessRoom {
  readonly operators: Operators;
  readonly passkeys: Passkeys;
  readonly sessions: Sessions;
  readonly codes: EnrolmentCodes;
  readonly audit: AuditPort;
  readonly demonstration: boolean;
  readonly authenticators: readonly Authenticator[];
}

export async function openAccessRoom(options: AccessRoomOptions): Promise<AccessRoom> {
  const { stores, audit, now, origin, demonstration } = options;
  const operators = new Operators({
    store: stores.operators,
    audit,
    now,
    onChange: (principal) => sessions.endAllOf(principal),
  });
  const sessions: Sessions = new Sessions({
    store: stores.sessions,
    times: options.times ?? SESSION_TIMES,
    now,
    newToken: () => randomBytes(32).toString('base64url'),
    principalOf: (id) => operators.principal(id),
  });
  const lockOut = new LockOut(stores.lockOuts, now);
  const passkeys = new Passkeys({ store: stores.passkeys, audit, lockOut, now, newId: randomUUID, origin });
  const random = (length: number) => Uint8Array.from(randomBytes(length));
  const codes = new EnrolmentCodes({ store: stores.enrolments, audit, now, random });
  const authenticators = [sessions.authenticator];
  if (demonstration !== undefined) {
    await registerDemonstration(stores.operators, audit, now);
    authenticators.push(demonstrationAuthenticator(operators, demonstration));
  }
  const room = { operators, passkeys, sessions, codes, audit, authenticators };
  return { ...room, demonstration: demonstration !== undefined };
}

async function registerDemonstration(store: OperatorStore, audit: AuditPort, now: () => Date): Promise<void> {
  for (const { id, name, roles } of DEMONSTRATION_OPERATORS) {
    if ((await store.find(id)) !== null) continue;
    await audit.record('demonstration-operator-added', { operator: `operator:${id}`, roles: roles.join(',') });
    await store.add({ id, name, roles, state: 'active', createdAt: now() });
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** Token files instead of passkeys; what the operator may do still comes from the register, at every request. */
function demonstrationAuthenticator(operators: Operators, tokens: ReadonlyMap<string, string>): Authenticator {
  const hashes = [...tokens].map(([id, token]) => ({ id, hash: sha256(token) }));
  return async (request) => {
    const presented = bearerToken(request.headers.authorization);
    if (presented === undefined) return null;
    const hash = sha256(presented);
    const [found] = hashes.filter((each) => timingSafeEqual(each.hash, hash));
    const principal = found === undefined ? null : await operators.principal(found.id);
    return principal === null ? null : { ...principal, via: 'token' };
  };
}
