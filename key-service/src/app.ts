/** key-service put together from its parts: token, records, routes. Everything from outside comes in as an argument. */
import { randomBytes, randomUUID } from 'node:crypto';
import { bytesToHex, type SecretBytes } from '@rhc/card/bytes';
import type { HsmConfig } from '@rhc/hsm-config';
import {
  type Authenticator,
  certificateAuthenticator,
  createHttpApp,
  firstOf,
  type HttpApp,
  type Logger,
  type RateLimits,
  tokenAuthenticator,
} from '@rhc/service-shell';
import { Counter, Gauge, type Metric } from 'prom-client';
import type { AccessRoom } from './access-room.ts';
import type { AuditRoom } from './audit/audit-room.ts';
import type { Authority } from './authority/authority.ts';
import type { AgentAuditStore } from './domain/agent-audit.ts';
import { quorumForCeremonies } from './domain/ceremony/approved-work.ts';
import { hexOf } from './domain/ceremony/ledger.ts';
import { type CeremonyRoomParts, ceremonyHall } from './domain/ceremony/room.ts';
import { rootLabel } from './domain/hierarchy.ts';
import { issuerCertificate } from './domain/issuer-certificate.ts';
import { KeyLife, type KeyLifeStore } from './domain/key-life.ts';
import { destroyWhenApproved, registerKeyLife } from './domain/key-life-approvals.ts';
import { type KeyUseStore, KeyUses } from './domain/key-uses.ts';
import { Keyring, mismatched } from './domain/key-versions.ts';
import type { PassportStore } from './domain/passports.ts';
import type { Sha256 } from './domain/personalization.ts';
import type { AuditPort, CertificateStore, KeyVersionStore } from './domain/ports.ts';
import { type ApprovalStore, Approvals } from './domain/quorum/approvals.ts';
import type { EnrolmentStore } from './domain/quorum/enrolment.ts';
import { registerHsmInputs } from './domain/quorum/hsm-inputs.ts';
import { evidenceOf } from './domain/rotation/evidence.ts';
import { type RotationStore, Rotations } from './domain/rotation/rotations.ts';
import { registerSams } from './domain/sam-orders.ts';
import { isChannelRoot } from './domain/sam-slots.ts';
import type { SamStore } from './domain/sam-store.ts';
import { keyServiceErrors } from './errors.ts';
import type { HsmPort, KnownAnswer } from './hsm/port.ts';
import { NO_SAM_DESK, type SamToken } from './hsm/sam-token.ts';
import { measuredHsm } from './hsm-metrics.ts';
import type { CeremonyEndpointParts } from './http/ceremony-endpoints.ts';
import { keyServiceEndpoints } from './http/endpoints.ts';
import { healthOf } from './http/hsm-endpoints.ts';

export interface KeyServiceParts {
  readonly config: HsmConfig;
  readonly hsm: HsmPort;
  readonly versions: KeyVersionStore;
  readonly keyLife: KeyLifeStore;
  readonly keyUses: KeyUseStore;
  readonly certificates: CertificateStore;
  readonly approvals: ApprovalStore & EnrolmentStore;
  readonly rotations: RotationStore;
  /** The SAM token; without it no SAM is issued here. */
  readonly samToken?: SamToken;
  /** The register of SAMs; none in some tests. */
  readonly sams?: SamStore;
  /** Font of printed Chinese. */
  readonly fontPath?: string;
  /** Where the known-answer passports are kept; none in some tests. */
  readonly passports?: PassportStore;
  readonly audit: AuditRoom;
  /** Desks' audit chains; none in some tests. */
  readonly agentAudit?: AgentAuditStore;
  readonly logger: Logger;
  readonly sha256: Sha256;
  readonly sm3?: Sha256;
  readonly now: () => Date;
  /** The other services' bearer token: principal `service:token`, role `service`. */
  readonly token?: SecretBytes;
  /** Who else may call. */
  readonly authenticators?: readonly Authenticator[];
  /** People and certificates; absent where only keys are asked for (tests). */
  readonly access?: { readonly room: AccessRoom; readonly authority: Authority };
  readonly limits?: RateLimits;
  /** Counted outside: events of HSM workers. */
  readonly metrics?: readonly Metric[];
  /** True when the database answers; absent: not asked. */
  readonly databaseAnswers?: () => Promise<boolean>;
  /** Names under which clients reach this service, beside loopback. */
  readonly hosts?: readonly string[];
  readonly webRoot?: string;
  readonly serviceVersion: string;
  /** The ceremony room; without it no ceremony is held here. */
  readonly ceremonies?: Omit<
    CeremonyRoomParts,
    'audit' | 'checkpoint' | 'approvals' | 'onKeysChanged' | 'sha256' | 'now'
  > & {
    readonly pdf: CeremonyEndpointParts['pdf'];
  };
}

/** Parts without a register: every SAM is unknown. */
const NO_SAMS = new Proxy({} as SamStore, {
  get: () => () => Promise.reject(keyServiceErrors.make('SAM_UNKNOWN')),
});
const SERVICE_BY_TOKEN = { id: 'service:token', name: '服务令牌 service token', roles: ['service'] };

/** The audit log, and a line in the operator's log beside it. */
export function auditBesideLog(log: AuditPort, logger: Logger): AuditPort {
  return {
    record: async (action, details, id) => {
      const receipt = await log.record(action, details, id);
      logger.info({ audit: true, action, ...details }, 'audit');
      return receipt;
    },
  };
}

export interface KeyService extends HttpApp {
  readonly keyLife: KeyLife;
  readonly approvals: Approvals;
  readonly rotations: Rotations;
  /** What falls due: scheduled moves, moves made by other nodes, use counters. To be called every few seconds. */
  tick(): Promise<void>;
  /** Writes what is counted and gives this node's portions of daily ceilings back. */
  close(): Promise<void>;
}

export async function createKeyService(parts: KeyServiceParts): Promise<KeyService> {
  const { config, versions, certificates, logger } = parts;
  const { hsm, metrics } = measuredHsm(parts.hsm);
  const audit = auditBesideLog(parts.audit.log, logger);
  const startedAt = parts.now();
  const desk = parts.samToken?.desk(hsm) ?? NO_SAM_DESK;
  const samTokens = () => (parts.samToken === undefined ? [] : [parts.samToken.health]);
  const health = () => [...healthOf(hsm, startedAt), ...samTokens()];
  // Its passport is written now, not at the first SAM; what is wrong with it is shown, and cards go on.
  const samSeen = await parts.samToken?.look(hsm).catch((error: unknown) => {
    logger.warn({ err: error }, 'SAM token');
    return null;
  });
  const attached = healthOf(hsm, startedAt).map(({ token }) => token);
  for (const token of [...attached, samSeen ?? null]) {
    if (token === null) continue;
    const { knownAnswers, ...named } = token;
    const passed = knownAnswers.every((each) => each.passed);
    await parts.passports?.add({ ...named, at: startedAt.toISOString(), passed, answers: knownAnswers });
  }
  const recorded = await versions.all();
  const inToken = new Map((await hsm.run('describe-roots', null)).map(({ root, kcv }) => [root, bytesToHex(kcv)]));
  const refused = mismatched(recorded, inToken);
  for (const { slot, version } of refused) await audit.record('key-refused-check-value', { slot, version });
  const keyChecks: KnownAnswer[] = refused.map(({ slot, version }) => ({
    name: `kcv ${rootLabel(slot, version)}`,
    passed: false,
  }));
  const useCounter = new Counter({
    name: 'rhc_key_uses_total',
    help: 'Uses of a key version since the start of this process',
    labelNames: ['slot', 'version', 'operation'],
    registers: [],
  });
  let keyring = new Keyring(recorded, refused, await parts.rotations.regional());
  const book = {
    hierarchy: config.hierarchy,
    get keyring() {
      return keyring;
    },
  };
  const readVersions = async () => {
    keyring = new Keyring(await versions.all(), refused, await parts.rotations.regional());
  };
  const uses = new KeyUses({
    store: parts.keyUses,
    policyOf: (slot, version) => keyring.find(slot, version)?.policy ?? null,
    now: parts.now,
    onUse: ({ slot, version, operation }) => useCounter.inc({ slot, version: String(version), operation }),
  });
  const approvals = new Approvals({ store: parts.approvals, hsm, audit, now: parts.now, newId: randomUUID });
  registerHsmInputs(approvals);
  // Every card that this system loaded with a version has it, until reports from the field show it on a newer one.
  const loaded = async (key: { slot: string; version: number }) => {
    await uses.flush();
    return parts.keyUses.total(key as Parameters<KeyUseStore['total']>[0], 'load-onto-card');
  };
  const inField = async ({ slot, version }: { slot: string; version: number }) => {
    const reports = await parts.rotations.reports();
    const evidence = evidenceOf(
      { slot, from: version, to: version + 1 },
      reports,
      await loaded({ slot, version }),
      0.2,
    );
    const sams = evidence.regions.filter(({ kind }) => kind === 'sam').reduce((sum, { waiting }) => sum + waiting, 0);
    return { cards: evidence.waiting - sams, sams };
  };
  const keyLife = new KeyLife({
    store: parts.keyLife,
    audit,
    hsm,
    destroyRoot: async (key) => {
      const gone = await destroyWhenApproved(approvals, hsm, audit)(key);
      const root = rootLabel(key.slot, key.version);
      if (gone && isChannelRoot(root) && parts.samToken !== undefined) await desk.destroyRoot(root);
      return gone;
    },
    cardsInField: async (key) => (await inField(key)).cards,
    now: parts.now,
    onChange: readVersions,
  });
  registerKeyLife(approvals, keyLife, parts.keyLife);
  const sams = parts.sams ?? NO_SAMS;
  registerSams(approvals, { book, store: sams, audit, now: parts.now });
  const rotations = new Rotations({
    store: parts.rotations,
    keyLife,
    versions,
    records: () => parts.keyLife.records(),
    approvals,
    hsm,
    audit,
    hierarchy: () => config.hierarchy,
    suites: Object.keys(config.model.suites),
    loaded,
    now: parts.now,
    newId: randomUUID,
    onChange: readVersions,
  });
  const hall =
    parts.ceremonies === undefined
      ? undefined
      : ceremonyHall({
          ...parts.ceremonies,
          approvals: quorumForCeremonies(approvals),
          audit,
          checkpoint: () => parts.audit.log.checkpoint(),
          onKeysChanged: readVersions,
          sha256: parts.sha256,
          now: parts.now,
        });
  const certificate = (issuer?: string) =>
    issuerCertificate({
      issuer,
      hierarchy: config.hierarchy,
      hsm,
      certificates,
      audit,
      sha256: parts.sha256,
      now: parts.now,
    });
  const { access } = parts;
  const certificateValid = (serial: string) => access?.authority.isValid(serial) ?? Promise.resolve(false);
  const http = createHttpApp({
    service: 'key-service',
    logger,
    endpoints: keyServiceEndpoints({
      keys: {
        book,
        hsm,
        audit,
        terminalCounter: parts.audit.terminal,
        refusalCounter: parts.audit.refusals,
        uses,
        keyLife: parts.keyLife,
        now: parts.now,
        certificate,
        keyChecks,
        sha256: parts.sha256,
        serviceVersion: parts.serviceVersion,
      },
      dataKeys: { hsm, audit },
      hotlist: { hsm, audit },
      sams: {
        ...{ book, hsm, audit, certificate, desk, approvals },
        store: sams,
        hash: (suite, data) => (suite === 'sm-128' ? (parts.sm3 ?? parts.sha256) : parts.sha256)(data),
        now: parts.now,
        newId: randomUUID,
        fontPath: parts.fontPath ?? '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
        random: (length) => Uint8Array.from(randomBytes(length)),
      },
      hsm: { health, passports: parts.passports ?? { latest: async () => [] } },
      audit: parts.audit,
      ...(parts.agentAudit === undefined ? {} : { agentAudit: { store: parts.agentAudit, audit, now: parts.now } }),
      ...(access === undefined ? {} : { access: { ...access, certificateValid, now: parts.now } }),
      approvals: { approvals, enrolment: parts.approvals, words: config.words, now: parts.now },
      keyLife: { book, keyLife, store: parts.keyLife, uses: parts.keyUses, approvals, inField, now: parts.now },
      rotations,
      ...(hall === undefined || parts.ceremonies === undefined
        ? {}
        : { ceremonies: { hall, pdf: parts.ceremonies.pdf, sha256Hex: (text: string) => hexOf(parts.sha256, text) } }),
    }),
    authenticate: firstOf(
      certificateAuthenticator({
        kinds: ['service', 'terminal'],
        stillValid: ({ serial }) => certificateValid(serial),
      }),
      ...(parts.token === undefined ? [] : [tokenAuthenticator(parts.token, SERVICE_BY_TOKEN)]),
      ...(access?.room.authenticators ?? []),
      ...(parts.authenticators ?? []),
    ),
    onRefused: ({ method, path, address, principal, status }) =>
      parts.audit.refusals.add([`${method} ${path.slice(0, 100)}`], { address, principal, status }),
    ready: async () => ({
      hsm: parts.hsm.workers > 0,
      keys: keyChecks.length === 0,
      audit: !parts.audit.log.status.damaged,
      ...(parts.databaseAnswers === undefined ? {} : { database: await parts.databaseAnswers().catch(() => false) }),
    }),
    ...(parts.limits === undefined ? {} : { limits: parts.limits }),
    ...(parts.hosts === undefined ? {} : { allowedHosts: ['127.0.0.1', 'localhost', '[::1]', ...parts.hosts] }),
    ...(parts.webRoot === undefined ? {} : { webRoot: parts.webRoot }),
  });
  for (const each of [useCounter, ...metrics, ...(parts.metrics ?? [])]) http.metrics.registerMetric(each);
  http.metrics.registerMetric(
    new Gauge({
      name: 'rhc_hsm_token_workers',
      help: 'Attached workers of each token; 0: the token is away',
      labelNames: ['token', 'state'],
      registers: [],
      collect() {
        this.reset();
        for (const { name, state, workers } of health()) this.set({ token: name, state }, workers);
      },
    }),
  );
  return {
    ...http,
    keyLife,
    approvals,
    rotations,
    tick: async () => {
      await uses.flush();
      await approvals.tick();
      await rotations.tick();
      await keyLife.tick();
      await readVersions();
    },
    close: () => uses.close(),
  };
}
