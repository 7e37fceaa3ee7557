/** key-service over HTTP on a real token and a given database, and callers of every role by bearer token. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createLogger, listen, type RunningService, tokenRegisterAuthenticator } from '@rhc/service-shell';
import type { Knex } from 'knex';
import { createKeyService, type KeyService } from '../src/app.ts';
import { attachHsm } from '../src/attach.ts';
import { type AuditRoom, openAuditRoom } from '../src/audit/audit-room.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import type { Roster } from '../src/contract/approvals.ts';
import { rosterHash, rosterText } from '../src/domain/quorum/roster.ts';
import type { HsmWorkerPool } from '../src/hsm/worker-pool.ts';
import { openSamToken, samFiles } from '../src/sam-token.ts';
import { approvalStore } from '../src/store/approval-store.ts';
import { auditStore } from '../src/store/audit-store.ts';
import { openDatabase } from '../src/store/database.ts';
import { keyLifeStore, keyUseStore } from '../src/store/key-life-store.ts';
import { rotationStore } from '../src/store/rotation-store.ts';
import { samStore } from '../src/store/sam-store.ts';
import { certificateStore, keyVersionStore } from '../src/store/stores.ts';
import { config, TOKEN_LABEL, workerPath } from './pilot-room.ts';

/** Principal id → roles; the bearer token is the id. */
export type Callers = Readonly<Record<string, readonly string[]>>;

export interface ServiceRoom {
  readonly hsm: HsmWorkerPool;
  readonly database: Knex;
  readonly audit: AuditRoom;
  readonly keyService: KeyService;
  readonly baseUrl: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  call(who: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
  foundRoster(make: (tokenSerial: string) => Roster): Promise<Roster>;
  close(): Promise<void>;
}

export interface ServiceRoomOptions {
  readonly state: string;
  readonly location: string;
  readonly callers: Callers;
  readonly now: () => Date;
  readonly workers?: number;
  /** Told apart when several nodes share a state folder. */
  readonly node?: string;
  /** With the register of SAMs and the SAM token. */
  readonly sams?: boolean;
}

export async function openServiceRoom(options: ServiceRoomOptions): Promise<ServiceRoom> {
  const folder = stateFolder(options.state);
  const { now, workers = 1, node = 'service' } = options;
  const hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: TOKEN_LABEL, workers });
  const database = await openDatabase(options.location);
  const audit = await openAuditRoom({ store: auditStore(database), hsm, folder: join(folder.audit, node), now });
  const approvals = approvalStore(database);
  const register = Object.entries(options.callers).map(([id, roles]) => {
    return { id, name: id, roles, tokenSha256: createHash('sha256').update(id).digest('hex') };
  });
  const samToken =
    options.sams === true
      ? openSamToken({
          ...samFiles({ ...folder, tokenLabel: TOKEN_LABEL }),
          ...{ config, workerPath, now },
          audit: audit.log,
        })
      : undefined;
  const keyService = await createKeyService({
    config,
    hsm,
    versions: keyVersionStore(database),
    keyLife: keyLifeStore(database),
    keyUses: keyUseStore(database),
    certificates: certificateStore(database),
    approvals,
    rotations: rotationStore(database),
    ...(samToken === undefined ? {} : { samToken, sams: samStore(database) }),
    audit,
    logger: createLogger('key-service', 'silent'),
    sha256: (data) => Uint8Array.from(createHash('sha256').update(data).digest()),
    now,
    authenticators: [tokenRegisterAuthenticator(register)],
    serviceVersion: 'test',
  });
  const service: RunningService = await listen(keyService.app, { host: '127.0.0.1', port: 0 });
  const baseUrl = `http://127.0.0.1:${service.port}`;
  return {
    hsm,
    database,
    audit,
    keyService,
    baseUrl,
    async call(who, method, path, body) {
      const answer = await fetch(`${baseUrl}${path}`, {
        method,
        headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: await answer.json() };
    },
    async foundRoster(make) {
      const roster = make(hsm.token.serial);
      const text = rosterText(roster);
      const sealed = await hsm.run('found-roster', { roster: text });
      await approvals.addRoster(rosterHash(text), roster.version, sealed, now());
      return roster;
    },
    async close() {
      await service.stop();
      await audit.close();
      await samToken?.close();
      await hsm.close();
      await database.destroy();
    },
  };
}
