/** An issuer behind a real port, with one person a role: rights and two-people rules as the field meets them. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createHttpApp,
  createLogger,
  type Logger,
  tokenRegisterAuthenticator,
} from '../../../service-shell/src/index.ts';
import type { Issuer } from '../../src/app.ts';
import { IssuerClient } from '../../src/client/index.ts';
import { systemClock } from '../../src/clock.ts';
import { ROLES, type Role } from '../../src/domain/roles.ts';
import { issuerEndpoints } from '../../src/http/endpoints.ts';
import { issuerMetrics } from '../../src/issuer-metrics.ts';

export interface ServedIssuer {
  readonly baseUrl: string;
  token(role: Role): string;
  client(role: Role): IssuerClient;
  stop(): Promise<void>;
}

export async function serveIssuer(
  issuer: Issuer,
  logger: Logger = createLogger('card-issuer', 'silent'),
): Promise<ServedIssuer> {
  const tokens = new Map(Object.keys(ROLES).map((role) => [role, randomBytes(16).toString('hex')]));
  const token = (role: Role) => tokens.get(role) ?? '';
  const { app, metrics } = createHttpApp({
    service: 'card-issuer',
    logger,
    endpoints: issuerEndpoints(issuer),
    authenticate: tokenRegisterAuthenticator(
      (Object.keys(ROLES) as Role[]).map((role) => ({
        id: `${role}:test`,
        name: role,
        roles: [role],
        tokenSha256: createHash('sha256').update(token(role)).digest('hex'),
      })),
    ),
  });
  issuerMetrics(metrics, issuer, systemClock);
  const server: Server = createServer(app.callback());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    baseUrl,
    token,
    client: (role) => new IssuerClient({ baseUrl, token: () => token(role) }),
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
