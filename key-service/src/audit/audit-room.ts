/** The audit log of one process put together: store, spool, anchor, the token's signing key, batches. */
import { join } from 'node:path';
import type { HsmPort } from '../hsm/port.ts';
import { AuditLog, type AuditLogOptions } from './audit-log.ts';
import { AuditBatches } from './batches.ts';
import { fileAnchor } from './checkpoint-anchor.ts';
import type { AuditStore, CheckpointSigner } from './ports.ts';
import { AuditSpool } from './spool.ts';

export const AUDIT_KEY_PAIR = 'AUDIT.LOG#1';
export const AUDIT_ORIGIN = 'rhc/key-service/audit';
/** Entries; at 10 privileged operations a second it lasts 16 minutes. */
const SPOOL_CAPACITY = 10_000;

export interface AuditRoom {
  readonly log: AuditLog;
  readonly store: AuditStore;
  /** Card authentications and protected updates. */
  readonly terminal: AuditBatches;
  /** Refused callers; counted, so that a flood of them does not fill the log. */
  readonly refusals: AuditBatches;
  close(): Promise<void>;
}

export interface AuditRoomOptions {
  readonly store: AuditStore;
  readonly hsm: Pick<HsmPort, 'run'>;
  /** A folder of this process alone. */
  readonly folder: string;
  readonly now: () => Date;
  readonly spoolCapacity?: number;
  readonly tuning?: Partial<Pick<AuditLogOptions, 'checkpointAfterMs' | 'retryAfterMs'>>;
  readonly onEvent?: AuditLogOptions['onEvent'];
}

export async function tokenSigner(hsm: Pick<HsmPort, 'run'>): Promise<CheckpointSigner> {
  const { publicKey } = await hsm.run('ensure-key-pair', { pair: AUDIT_KEY_PAIR });
  return {
    publicKey,
    sign: async (digest) => (await hsm.run('sign', { pair: AUDIT_KEY_PAIR, digest })).signature,
  };
}

/** @throws AUDIT_LOG_DAMAGED, AUDIT_UNAVAILABLE */
export async function openAuditRoom(options: AuditRoomOptions): Promise<AuditRoom> {
  const { store, hsm, folder, now, onEvent } = options;
  const spool = new AuditSpool(join(folder, 'spool.jsonl'), options.spoolCapacity ?? SPOOL_CAPACITY);
  const log = await AuditLog.open({
    origin: AUDIT_ORIGIN,
    store,
    spool,
    signer: await tokenSigner(hsm),
    anchor: fileAnchor(join(folder, 'checkpoint.txt')),
    now,
    ...options.tuning,
    ...(onEvent === undefined ? {} : { onEvent }),
  });
  const record = log.record.bind(log);
  const batches = (action: string) => AuditBatches.open({ action, record, folder: join(folder, action), now });
  const terminal = await batches('terminal-batch');
  const refusals = await batches('authorisation-failed-batch');
  return {
    log,
    store,
    terminal,
    refusals,
    close: async () => {
      await Promise.allSettled([terminal.flush(), refusals.flush()]);
      await log.close();
    },
  };
}
