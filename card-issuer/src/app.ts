/**
 * Puts card-issuer together. In process this is all there is; `main.ts` adds the listening socket. (Over 300 lines: the one
 * place where parts meet, in the order in which they need one another.)
 */

import type { VerifyHotlist } from '@rhc/card/hotlist';
import type { Crypto } from '@rhc/card/secure-messaging';
import type { RandomBytes } from '@rhc/card/session';
import type { Logger } from '@rhc/service-shell';
import type { Administration } from './administration.ts';
import { AgentEvents } from './agent-events.ts';
import { Approvals, type ApprovedWork } from './approvals.ts';
import { Bulk } from './bulk.ts';
import type { FileSigner } from './bureau/cms/index.ts';
import { Bureau } from './bureau/index.ts';
import type { BureauEntry } from './bureau/register.ts';
import { CardFaces } from './card-faces.ts';
import { type Clock, timestamp } from './clock.ts';
import type { ApprovalOperation } from './domain/approval.ts';
import type { IssuerIdentity } from './domain/card-data.ts';
import type { ReasonCode } from './domain/card-reasons.ts';
import { EnrolmentReview, type ReviewPolicy } from './enrolment-review.ts';
import { issuerErrors } from './errors.ts';
import { HotlistPublisher, type HotlistSigner } from './hotlist-publisher.ts';
import { IssuerService } from './issuer-service.ts';
import type { LifeCyclePolicy } from './life-cycle.ts';
import { Mailbox } from './mailbox.ts';
import { MailboxChanges } from './mailbox-changes.ts';
import { timeOrderedIds } from './new-id.ts';
import { type DataKeyPort, openVault } from './personal-data/index.ts';
import { AgentHub, type HubLimits } from './personalize/agent-hub.ts';
import { EventFeed } from './personalize/event-feed.ts';
import { JobRunner } from './personalize/job-runner.ts';
import type { IssuerKeys } from './personalize/key-service-keys.ts';
import { personalizeOneCardWith } from './personalize/personalize-one-card.ts';
import { SeenChips } from './personalize/seen-chips.ts';
import { PlatformFeed } from './platform-feed.ts';
import { Registry } from './registry.ts';
import { Renewals } from './renewals.ts';
import { Residents } from './residents.ts';
import { RosterImports } from './roster/roster-imports.ts';
import { Steering } from './steering.ts';
import { Stock } from './stock.ts';
import { StockBooks } from './stock-books.ts';
import { type Database, installationMode, migrate } from './store/index.ts';

export interface IssuerOptions {
  /** Opened with `openDatabase`; migrated here; closed by whoever opened it. */
  readonly database: Database;
  readonly keys: IssuerKeys;
  /** Seals the keys of personal data; key-service's client does. */
  readonly dataKeys: DataKeyPort;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly logger: Logger;
  readonly issuer: IssuerIdentity;
  readonly policy?: Partial<LifeCyclePolicy>;
  /** When a second person reviews an enrolment before a card is ordered; `candidates` by default. */
  readonly enrolmentReview?: ReviewPolicy;
  /** True: only chips of suppliers' lists are personalized. */
  readonly listedBlanksOnly?: boolean;
  /** How long the record of somebody who held a card is kept for the medical archive. */
  readonly archiveYears?: number;
  /** How long the health platform can fetch an event. */
  readonly eventRetentionDays?: number;
  /** Keys of other provinces' hotlists; without it every foreign list is refused. */
  readonly verifyForeignHotlist?: VerifyHotlist;
  /** Signs hotlists; without it none is published. */
  readonly hotlistSigner?: HotlistSigner;
  /** By itself when the newest is so old; without it only when a person asks. */
  readonly hotlistEveryHours?: number;
  /** Shown to managers and auditors; absent: nothing is known of it. */
  readonly administration?: Administration;
  /** Signs order files for bureaus; without it none is made. */
  readonly bureauSigner?: FileSigner;
  /** A database for training only; every page and print says so. */
  readonly training?: boolean;
  /** Name of this node, the same after a restart. */
  readonly node?: string;
  readonly limits?: Partial<HubLimits & { readonly claimMs: number }>;
}

export interface Issuer {
  readonly training: boolean;
  readonly service: IssuerService;
  readonly stock: Stock;
  readonly stockBooks: StockBooks;
  readonly administration: Administration;
  readonly residents: Residents;
  readonly enrolmentReview: EnrolmentReview;
  readonly registry: Registry;
  readonly platformFeed: PlatformFeed;
  readonly imports: RosterImports;
  readonly approvals: Approvals;
  readonly hotlist: HotlistPublisher;
  readonly bulk: Bulk;
  readonly renewals: Renewals;
  readonly bureau: Bureau;
  readonly steering: Steering;
  readonly mailbox: Mailbox;
  readonly agentEvents: AgentEvents;
  readonly mailboxChanges: MailboxChanges;
  readonly faces: CardFaces;
  readonly hub: AgentHub;
  readonly feed: EventFeed;
  readonly runner: JobRunner;
  /** Ends runs (their jobs stay resumable) and lets go of the agents. */
  stop(): Promise<void>;
}

const DEFAULT_POLICY: LifeCyclePolicy = { suspensionHours: 168, replacementFeeFen: 0 };
/** 医疗机构管理条例实施细则: 15 years for outpatients, 30 for inpatients; the longer one holds. */
const DEFAULT_ARCHIVE_YEARS = 30;
/** MLPS level 3 keeps logs for six months at least; a year and a month spans a yearly comparison. */
const DEFAULT_EVENT_RETENTION_DAYS = 400;
const TICK_MS = 60_000;
const DEFAULT_LIMITS = { batchSilenceMs: 60_000, reconnectMs: 30_000, claimMs: 120_000 };

export async function createIssuer(options: IssuerOptions): Promise<Issuer> {
  const { database, clock, random, logger, issuer } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const openedAt = timestamp(clock.nowMs());
  await migrate(database, (opened) => openVault(opened, options.dataKeys, random, openedAt));
  const training = options.training ?? false;
  const mode = await installationMode(database, training ? 'training' : 'live', openedAt);
  if ((mode === 'training') !== training)
    throw issuerErrors.make(training ? 'DATABASE_NOT_OF_TRAINING' : 'DATABASE_OF_TRAINING');
  const feed = new EventFeed(database, clock);
  const hotlist = new HotlistPublisher({
    database,
    clock,
    provinceCode: issuer.cityCode.slice(0, 2),
    signer: options.hotlistSigner ?? null,
    everyHours: options.hotlistEveryHours ?? 0,
  });
  const newId = timeOrderedIds(clock, random);
  const archiveYears = options.archiveYears ?? DEFAULT_ARCHIVE_YEARS;
  const residents = new Residents({ database, clock, newId, archiveYears });
  const imports = new RosterImports({ database, clock, newId, register: residents, logger });
  const registry = new Registry({
    database,
    clock,
    issuerCode: issuer.code,
    provinceCode: issuer.cityCode.slice(0, 2),
    verifyForeign: options.verifyForeignHotlist ?? (() => false),
  });
  const retentionDays = options.eventRetentionDays ?? DEFAULT_EVENT_RETENTION_DAYS;
  const platformFeed = new PlatformFeed({ database, clock, retentionDays });
  const stock = new Stock({ database, clock, newId, listedBlanksOnly: options.listedBlanksOnly ?? false });
  const steering = new Steering({ database, clock });
  const faces = new CardFaces({ database, clock, issuer, training });
  const provinceCode = issuer.cityCode.slice(0, 2);
  const rekey = options.keys.rekey ?? null;
  const mailbox = new Mailbox({ database, clock, newId, feed, provinceCode, rekey });
  const mailboxChanges = new MailboxChanges({ database, clock, newId, feed, mailbox, issuer, logger });
  const hub = new AgentHub({ issuer: issuer.name, clock, limits });
  const runner = new JobRunner({
    database,
    hub,
    feed,
    clock,
    random,
    logger,
    node: options.node ?? 'card-issuer',
    claimMs: limits.claimMs,
    personalizeOneCard: personalizeOneCardWith({ ...options, feed, stock }),
  });
  const seenChips = new SeenChips({ database, hub, clock, logger });
  const policy = { ...DEFAULT_POLICY, ...options.policy };
  const service = new IssuerService({
    ...{ database, clock, newId, issuer, hub, runner, feed, policy, stock, residents },
    requireReviewed: (transaction, order) => enrolmentReview.require(transaction, order),
  });
  const bureau = new Bureau({
    ...{ database, clock, random, crypto: options.crypto, feed, stock, issuer, hub, newId },
    keys: options.keys,
    signer: options.bureauSigner ?? null,
  });
  const approvals: Approvals = new Approvals({
    database,
    clock,
    newId,
    work: {
      ...approvedWork(service, stock, bureau),
      'production-sample': ({ subject }, signed) => bulk.approveSample(subject, signed),
      'enrolment-review': (approval, { witness }) => enrolmentReview.approved(approval, witness),
    },
  });
  const enrolmentReview = new EnrolmentReview({
    ...{ database, residents, approvals },
    policy: options.enrolmentReview ?? 'candidates',
  });
  const bulk = new Bulk({
    database,
    clock,
    logger,
    hub,
    feed,
    service,
    approvals,
    newId,
    node: options.node ?? 'card-issuer',
  });
  const seen = () => {
    feed.progress(null, 'agents', {});
    seenChips.look();
    void runner.look().then(() => bulk.look());
  };
  const ended = feed.subscribe(({ type }) => {
    if (['personalized', 'rejected', 'interrupted', 'spoiled'].includes(type)) void bulk.look();
  });
  const unsubscribe = hub.listen({
    agentConnected: seen,
    readersChanged: seen,
    agentLost: () => feed.progress(null, 'agents', {}),
  });
  await runner.start();
  void bulk.look();
  await imports.resumeAll();
  mailboxChanges.look();
  await bureau.resume((error) => logger.warn({ err: error }, 'a bureau file waits to be taken up again'));
  const endTicks = tickForEver([service.lifeCycle, mailbox, platformFeed, hotlist, bulk], clock, logger);
  return {
    training,
    service,
    stock,
    stockBooks: new StockBooks(database),
    administration: options.administration ?? { users: [], settings: [] },
    bulk,
    renewals: new Renewals({ database, clock, bulk }),
    bureau,
    residents,
    enrolmentReview,
    registry,
    platformFeed,
    imports,
    approvals,
    hotlist,
    steering,
    mailbox,
    agentEvents: new AgentEvents({ database, clock, feed, mailbox }),
    mailboxChanges,
    faces,
    hub,
    feed,
    runner,
    async stop() {
      await endTicks();
      await imports.stop();
      await mailboxChanges.stop();
      unsubscribe();
      ended();
      await bulk.stop();
      hub.stop();
      await runner.stop();
      await seenChips.stop();
    },
  };
}

/** What happens when two people have signed; one row for each operation of `domain/approval.ts`. */
function approvedWork(
  service: IssuerService,
  stock: Stock,
  bureau: Bureau,
): Omit<Record<ApprovalOperation, ApprovedWork>, 'production-sample' | 'enrolment-review'> {
  return {
    'card-spoil': async ({ subject, reason }, signed, key) => {
      await service.spoil(subject, { ...signed, reason: reason ?? '' }, key);
    },
    'card-destroy': async ({ subject, reason }, signed, key) => {
      await service.lifeCycle.move(subject, { move: 'destroy', reason: reason as ReasonCode, ...signed }, key);
    },
    'blank-write-off': async ({ subject, reason, request }, signed, key) => {
      const movement = request.movement === 'return-to-supplier' ? 'return-to-supplier' : 'spoil';
      await stock.writeOff(subject, movement, { ...signed, reason: reason ?? '' }, key);
    },
    'bureau-registration': async ({ request }, signed, key) => {
      await bureau.register(request as unknown as BureauEntry, signed, key);
    },
    'bureau-write-off': async ({ subject, reason }, signed, key) => {
      await bureau.writeOff(subject, { ...signed, reason: reason ?? '' }, key);
    },
  };
}

/** Lapses and expiries, now and every minute; one that fails (another node was faster) is taken up the next time. */
function tickForEver(
  tickers: readonly { tick(): Promise<unknown> }[],
  clock: Clock,
  logger: Logger,
): () => Promise<void> {
  let ended = false;
  let cancel: () => void = () => undefined;
  let running: Promise<unknown> = Promise.resolve();
  const tick = () => {
    const put = (error: unknown) => logger.warn({ err: error }, 'the time-driven moves were put off');
    running = Promise.all(tickers.map((ticker) => ticker.tick().catch(put))).finally(() => {
      if (!ended) cancel = clock.after(TICK_MS, tick);
    });
  };
  cancel = clock.after(0, tick);
  return async () => {
    ended = true;
    cancel();
    await running;
  };
}
