/** People and certificates of a running key-service, opened by its settings. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureTokenFile, type RateLimits, readSecretFile } from '@rhc/service-shell';
import { type AccessRoom, type AccessRoomOptions, openAccessRoom } from './access-room.ts';
import { Authority, type AuthorityStore } from './authority/authority.ts';
import { DEMONSTRATION_OPERATORS } from './domain/access/demonstration.ts';
import { FIRST_START } from './domain/access/enrolment-codes.ts';
import type { OperatorRole } from './domain/access/operators.ts';
import type { AuditPort } from './domain/ports.ts';
import { keyServiceErrors } from './errors.ts';
import type { HsmPort } from './hsm/port.ts';

export interface OpenAccessOptions {
  readonly settings: {
    readonly production: boolean;
    readonly tls: boolean;
    readonly port: number;
    readonly publicUrl: string | undefined;
    readonly demoOperators: string | undefined;
    readonly firstOperatorsFile: string | undefined;
    readonly sessionIdleMinutes: number;
    readonly sessionHours: number;
  };
  readonly stores: AccessRoomOptions['stores'] & { readonly authority: AuthorityStore };
  readonly audit: AuditPort;
  readonly hsm: Pick<HsmPort, 'run'>;
  readonly now: () => Date;
}

const MINUTE_MS = 60_000;
const FIRST_OPERATORS: readonly { id: string; name: string; roles: readonly OperatorRole[] }[] = [
  { id: 'first.system-admin', name: '首任系统管理员', roles: ['system-admin'] },
  { id: 'first.security-admin', name: '首任安全管理员', roles: ['security-admin'] },
];

/** Before a token is attached: a wrong setting must not cost a try of its PIN. @throws DEMONSTRATION_REFUSED_IN_PRODUCTION */
export function refuseDemonstration(
  settings: Pick<OpenAccessOptions['settings'], 'production' | 'demoOperators'>,
): void {
  if (settings.production && settings.demoOperators !== undefined)
    throw keyServiceErrors.make('DEMONSTRATION_REFUSED_IN_PRODUCTION');
}

/** @throws DEMONSTRATION_REFUSED_IN_PRODUCTION */
export async function openAccess(options: OpenAccessOptions): Promise<{ room: AccessRoom; authority: Authority }> {
  const { settings, stores, audit, hsm, now } = options;
  refuseDemonstration(settings);
  const url = new URL(settings.publicUrl ?? `${settings.tls ? 'https' : 'http'}://localhost:${settings.port}`);
  const room = await openAccessRoom({
    stores,
    audit,
    now,
    origin: url.origin,
    times: { idleMs: settings.sessionIdleMinutes * MINUTE_MS, longestMs: settings.sessionHours * 60 * MINUTE_MS },
    ...(settings.demoOperators === undefined ? {} : { demonstration: demonstrationTokens(settings.demoOperators) }),
  });
  const authority = await Authority.open({
    hsm,
    store: stores.authority,
    audit,
    now,
    random: (length) => Uint8Array.from(randomBytes(length)),
    listAddress: new URL('/v1/authority/crl', url).href,
  });
  if (settings.firstOperatorsFile !== undefined) await firstOperators(options, room, settings.firstOperatorsFile);
  return { room, authority };
}

function demonstrationTokens(folder: string): Map<string, string> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return new Map(
    DEMONSTRATION_OPERATORS.map(({ id }) => {
      const path = join(folder, id);
      ensureTokenFile(path);
      return [id, readSecretFile(path).use((bytes) => new TextDecoder().decode(bytes))];
    }),
  );
}

/** The very first two, who make all others. Only while the register is empty; codes go to a file, not to a screen or log. */
async function firstOperators(
  { stores, audit, now }: OpenAccessOptions,
  room: AccessRoom,
  path: string,
): Promise<void> {
  if ((await stores.operators.all()).length > 0) return;
  const lines: string[] = [];
  for (const { id, name, roles } of FIRST_OPERATORS) {
    await audit.record('first-operator-added', { operator: `operator:${id}`, roles: roles.join(',') });
    await stores.operators.add({ id, name, roles, state: 'active', createdAt: now() });
    const { code, expiresAt } = await room.codes.issue(FIRST_START, { kind: 'operator', name: id, serverNames: [] });
    lines.push(`${id}  ${code}  ${expiresAt.toISOString()}`);
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600, flag: 'wx' });
}

/** Requests a second by role. */
export const rateLimits = (values: {
  readonly serviceRequestsPerSecond: number;
  readonly terminalRequestsPerSecond: number;
  readonly operatorRequestsPerSecond: number;
}): RateLimits => ({
  perSecond: { service: values.serviceRequestsPerSecond, terminal: values.terminalRequestsPerSecond },
  otherwise: values.operatorRequestsPerSecond,
  perTerminal: values.terminalRequestsPerSecond,
});
