/** A key-service with a ceremony room on a real token, and people who sign in by tokens of their own. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger, listen, type RunningService, tokenRegisterAuthenticator } from '@rhc/service-shell';
import { createKeyService } from '../src/app.ts';
import { attachHsm } from '../src/attach.ts';
import { type AuditRoom, openAuditRoom } from '../src/audit/audit-room.ts';
import { stateFolder } from '../src/ceremony-room.ts';
import type { Roster } from '../src/contract/approvals.ts';
import { type CeremonyResponse, ceremonyResponse } from '../src/contract/ceremony.ts';
import { rosterHash, rosterText } from '../src/domain/quorum/roster.ts';
import type { HsmWorkerPool } from '../src/hsm/worker-pool.ts';
import { serviceCeremonies } from '../src/service-ceremonies.ts';
import { approvalStore } from '../src/store/approval-store.ts';
import { auditStore } from '../src/store/audit-store.ts';
import { type Database, openDatabase } from '../src/store/database.ts';
import { keyLifeStore, keyUseStore } from '../src/store/key-life-store.ts';
import { rotationStore } from '../src/store/rotation-store.ts';
import { certificateStore, keyVersionStore } from '../src/store/stores.ts';
import { config, projectRoot, TOKEN_LABEL, temporaryFolder, workerPath } from './pilot-room.ts';
import { pilotState } from './pilot-state.ts';

const ROLES: Readonly<Record<string, readonly string[]>> = {
  admin: ['security-admin'],
  custodian1: ['custodian'],
  custodian2: ['custodian'],
  custodian3: ['custodian'],
  witness: ['system-admin'],
  officerA: ['officer'],
  officerB: ['officer'],
  auditor: ['audit-admin'],
  service: ['service'],
};
export type PersonName = keyof typeof ROLES & string;

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape, judged by each test
  readonly body: any;
}

export interface CeremonyTestRoom {
  readonly state: string;
  readonly audit: AuditRoom;
  readonly hsm: HsmWorkerPool;
  readonly database: Database;
  call(who: PersonName, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer>;
  part(who: PersonName, ceremony: string, query: Record<string, string>, bytes: Uint8Array): Promise<Answer>;
  raw(who: PersonName, path: string): Promise<Response>;
  view(who: PersonName, id: string): Promise<CeremonyResponse>;
  /** Found by the token itself; the people's ids are `operator:NAME`. */
  foundRoster(make: (tokenSerial: string) => Roster): Promise<void>;
  /** Another day: the service ends, and starts anew with its clock so much ahead. */
  restart(aheadMs: number): Promise<void>;
  close(): Promise<void>;
}

export async function ceremonyTestRoom(): Promise<CeremonyTestRoom> {
  const state = temporaryFolder();
  await pilotState(state);
  let aheadMs = 0;
  let running = await start(state, () => new Date(Date.now() + aheadMs));
  const authorization = (who: PersonName) => ({ authorization: `Bearer token-of-${who}` });
  const answerOf = async (response: Response): Promise<Answer> => ({
    status: response.status,
    body: await response.json(),
  });
  const call: CeremonyTestRoom['call'] = async (who, method, path, body) =>
    answerOf(
      await fetch(`${running.base}${path}`, {
        method,
        headers: { ...authorization(who), 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  return {
    state,
    call,
    get audit() {
      return running.audit;
    },
    get hsm() {
      return running.hsm;
    },
    get database() {
      return running.database;
    },
    part: async (who, ceremony, query, bytes) =>
      answerOf(
        await fetch(`${running.base}/v1/ceremonies/${ceremony}/components?${new URLSearchParams(query)}`, {
          method: 'POST',
          headers: { ...authorization(who), 'content-type': 'application/octet-stream' },
          body: Buffer.from(bytes),
        }),
      ),
    raw: (who, path) => fetch(`${running.base}${path}`, { headers: authorization(who) }),
    view: async (who, id) => ceremonyResponse.parse((await call(who, 'GET', `/v1/ceremonies/${id}`)).body),
    foundRoster: async (make) => {
      const text = rosterText(make(running.hsm.token.serial));
      const sealed = await running.hsm.run('found-roster', { roster: text });
      await approvalStore(running.database).addRoster(rosterHash(text), 1, sealed, new Date());
    },
    restart: async (ahead) => {
      await running.stop();
      aheadMs = ahead;
      running = await start(state, () => new Date(Date.now() + aheadMs));
    },
    close: async () => {
      await running.stop();
      rmSync(state, { recursive: true, force: true });
    },
  };
}

async function start(state: string, now: () => Date) {
  const folder = stateFolder(state);
  const hsm = await attachHsm({ ...folder, config, workerPath, tokenLabel: TOKEN_LABEL, workers: 2 });
  const database = await openDatabase(folder.database);
  const audit = await openAuditRoom({ store: auditStore(database), hsm, folder: join(folder.audit, 'service'), now });
  const versions = keyVersionStore(database);
  const ceremonies = serviceCeremonies({
    ...{ config, hsm, database, versions, workerPath, pdfFont: undefined },
    hsmConfigRoot: join(projectRoot, 'hsm-config'),
    policy: { production: false, allowSoftToken: undefined },
    rehearsalFolder: join(state, 'rehearsal'),
  });
  const { app } = await createKeyService({
    ...{ config, hsm, versions, audit, now },
    ceremonies: ceremonies.parts,
    keyLife: keyLifeStore(database),
    keyUses: keyUseStore(database),
    certificates: certificateStore(database),
    approvals: approvalStore(database),
    rotations: rotationStore(database),
    logger: createLogger('key-service', 'silent'),
    sha256: (data) => Uint8Array.from(createHash('sha256').update(data).digest()),
    authenticators: [
      tokenRegisterAuthenticator(
        Object.entries(ROLES).map(([name, roles]) => ({
          ...{ id: `operator:${name}`, name, roles },
          tokenSha256: createHash('sha256').update(`token-of-${name}`).digest('hex'),
        })),
      ),
    ],
    serviceVersion: 'test',
  });
  const service: RunningService = await listen(app, { host: '127.0.0.1', port: 0 });
  const stop = async () => {
    await service.stop();
    await ceremonies.close();
    await audit.close();
    await hsm.close();
    await database.destroy();
  };
  return { audit, hsm, database, stop, base: `http://127.0.0.1:${service.port}` };
}
