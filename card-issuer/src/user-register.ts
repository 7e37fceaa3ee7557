/**
 * The register of people who work with card-issuer: a file that holds hashes of tokens, never a token. Read once at start;
 * an unknown role or a repeated person stops the start, because a wrong right must not be found out later.
 */
import { parseInput, type RegisteredToken, readSecretFile } from '@rhc/service-shell';
import { z } from 'zod';
import { ROLES, type Role } from './domain/roles.ts';

/** Who the holder of the service's token file is: another program, or `npm start`. */
export const SERVICE_PRINCIPAL = { id: 'service:operator', name: '服务 service', roles: ['service'] } as const;

/** Whoever holds the agents' shared token. */
export const AGENT_PRINCIPAL = { id: 'terminal:agents', name: '读卡器代理 agents', roles: ['terminal'] } as const;

const userRegister = z.strictObject({
  users: z.array(
    z.strictObject({
      /** Stands in moves, approvals and receipts. */
      id: z.string().regex(/^[a-z]+:[a-z0-9._-]{1,48}$/, 'like clerk:wang.fang'),
      name: z.string().min(1).max(60),
      roles: z.array(z.enum(Object.keys(ROLES) as Role[])).min(1),
      tokenSha256: z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 as lower-case hex'),
    }),
  ),
});

/** @param path empty: nobody but the service. @throws INPUT_INVALID, SECRET_FILE_REFUSED */
export function readUserRegister(path: string): RegisteredToken[] {
  if (path === '') return [];
  const text = readSecretFile(path).use((bytes) => new TextDecoder().decode(bytes));
  const { users } = parseInput(userRegister, parsed(text));
  const twice = users.find(({ id }, index) => users.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) throw new RangeError(`${path}: ${twice.id} stands there twice`);
  return users;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
