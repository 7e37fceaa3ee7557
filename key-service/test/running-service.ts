/** A key-service with people and certificates on a real token, in this process, with a clock that a test can move. */
import { createHash, randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Authenticator, RateLimits, RunningService, ServerTls } from '@rhc/service-shell';
import { createLogger, listen } from '@rhc/service-shell';
import type { Knex } from 'knex';
import { type AccessRoom, openAccessRoom } from '../src/access-room.ts';
import { createKeyService, type KeyService } from '../src/app.ts';
import { attachHsm } from '../src/attach.ts';
import { type AuditRoom, openAuditRoom } from '../src/audit/audit-room.ts';
import { Authority } from '../src/authority/authority.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import type { HsmWorkerPool } from '../src/hsm/worker-pool.ts';
import { serverTls } from '../src/own-identity.ts';
import { serviceCeremonies } from '../src/service-ceremonies.ts';
import { enrolmentStore, lockOutStore, operatorStore, passkeyStore, sessionStore } from '../src/store/access-store.ts';
import { agentAuditStore } from '../src/store/agent-audit-store.ts';
import { approvalStore } from '../src/store/approval-store.ts';
import { auditStore } from '../src/store/audit-store.ts';
import { authorityStore } from '../src/store/authority-store.ts';
import { answers, openDatabase } from '../src/store/database.ts';
import { keyLifeStore, keyUseStore } from '../src/store/key-life-store.ts';
import { rotationStore } from '../src/store/rotation-store.ts';
import { certificateStore, keyVersionStore } from '../src/store/stores.ts';
import { config, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';
import { pilotState } from './pilot-state.ts';

/** Principals by a header, so that a walk needs no sign-in: `x-test-role: officer`. */
export const roleByHeader: Authenticator = async (request) => {
  const role = request.headers['x-test-role'];
  return typeof role === 'string' ? { id: `operator:${role}`, name: role, roles: [role], via: 'token' } : null;
};

export interface RunningKeyServiceOptions {
  readonly tls?: boolean;
  readonly limits?: RateLimits;
  /** A folder in which a ceremony was held; made when absent. */
  readonly state?: string;
  /** Beside the state's own SQLite file. */
  readonly databaseUrl?: string;
  readonly node?: string;
}

export class RunningKeyService {
  readonly state: string;
  readonly #options: RunningKeyServiceOptions;
  hsm!: HsmWorkerPool;
  database!: Knex;
  audit!: AuditRoom;
  room!: AccessRoom;
  authority!: Authority;
  keyService!: KeyService;
  service!: RunningService;
  /** Added to the clock. */
  aheadMs = 0;
  readonly now = () => new Date(Date.now() + this.aheadMs);

  constructor(options: RunningKeyServiceOptions = {}) {
    this.#options = options;
    this.state = options.state ?? temporaryFolder();
  }

  get tlsFolder(): string {
    return join(this.state, `tls-${this.#options.node ?? '1'}`);
  }

  async start(): Promise<this> {
    const { tls = false, limits, databaseUrl, node = '1', state } = this.#options;
    if (state === undefined) await pilotState(this.state);
    const folder = stateFolder(this.state);
    this.hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: TOKEN_LABEL, workers: 1 });
    this.database = await openDatabase(databaseUrl ?? folder.database);
    const { hsm, database, now } = this;
    this.audit = await openAuditRoom({ store: auditStore(database), hsm, folder: join(folder.audit, node), now });
    this.room = await openAccessRoom({
      stores: {
        operators: operatorStore(database),
        passkeys: passkeyStore(database),
        sessions: sessionStore(database),
        lockOuts: lockOutStore(database),
        enrolments: enrolmentStore(database),
      },
      audit: this.audit.log,
      now,
      origin: 'http://localhost:8101',
    });
    this.authority = await Authority.open({
      hsm,
      store: authorityStore(database),
      audit: this.audit.log,
      now,
      random: (length) => Uint8Array.from(randomBytes(length)),
      listAddress: 'http://localhost:8101/v1/authority/crl',
    });
    const versions = keyVersionStore(database);
    const ceremonies = serviceCeremonies({
      ...{ config, hsm, database, versions, workerPath },
      hsmConfigRoot: join(__dirname, '../../hsm-config'),
      policy: { production: false, allowSoftToken: undefined },
      rehearsalFolder: join(this.state, 'rehearsals'),
      pdfFont: undefined,
    });
    this.keyService = await createKeyService({
      config,
      hsm,
      versions,
      ceremonies: ceremonies.parts,
      keyLife: keyLifeStore(database),
      keyUses: keyUseStore(database),
      certificates: certificateStore(database),
      approvals: approvalStore(database),
      rotations: rotationStore(database),
      audit: this.audit,
      agentAudit: agentAuditStore(database),
      logger: createLogger('key-service', 'silent'),
      sha256: (data) => Uint8Array.from(createHash('sha256').update(data).digest()),
      now,
      databaseAnswers: () => answers(database),
      access: { room: this.room, authority: this.authority },
      authenticators: [roleByHeader],
      ...(limits === undefined ? {} : { limits }),
      serviceVersion: 'test',
    });
    this.service = await listen(this.keyService.app, {
      host: '127.0.0.1',
      port: 0,
      ...(tls ? { tls: await this.tls() } : {}),
    });
    return this;
  }

  tls(): Promise<ServerTls> {
    return serverTls({ authority: this.authority, folder: this.tlsFolder, names: [], now: this.now });
  }

  get url(): string {
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${this.service.port}`;
  }

  /** A call on plain HTTP. */
  async call(
    method: string,
    path: string,
    { role, token, body, headers = {} }: { role?: string; token?: string; body?: unknown; headers?: HeadersInit } = {},
  ) {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(role === undefined ? {} : { 'x-test-role': role }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        'content-type': 'application/json',
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json = /^application\/json\b/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : text;
    return { status: answer.status, body: json, headers: answer.headers };
  }

  async stop(keepState = false): Promise<void> {
    await this.service?.stop();
    await this.audit?.close();
    await this.hsm?.close();
    await this.database?.destroy();
    if (!keepState) rmSync(this.state, { recursive: true, force: true });
  }
}
