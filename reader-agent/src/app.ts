/** Puts the agent together from its parts; everything that touches the machine comes in as an argument. */
import { type Authenticator, createHttpApp, type Endpoint, type HttpApp } from '@rhc/service-shell';
import { agentMetrics } from './agent-metrics.ts';
import type { AgentOptions } from './agent-options.ts';
import { AuditUpload, RefusedRequests, sha256Hex } from './audit/index.ts';
import { ClockCheck } from './clock/index.ts';
import { agentEventsResponse } from './contract/index.ts';
import { CardReader, CardWork, CardWriter, LocalTurns, StandingJudge } from './core/index.ts';
import { Desk, DeskProfile } from './desk/index.ts';
import { RecordingPort } from './diagnostics/index.ts';
import { QueueSender } from './event-queue/index.ts';
import { Audience } from './events/audience.ts';
import { announceCardData } from './events/card-data.ts';
import { agentEndpoints, callers, originRule, pageAccess, RateLimit } from './http/index.ts';
import { BatchService, IssuerChannel } from './issuer-channel/index.ts';
import type { JournalEntry } from './journal/index.ts';
import { LegacyFacade } from './legacy/index.ts';
import { issuerMailboxOver, MailboxDesk } from './mailbox/index.ts';
import { Grants, Pairing, type TextPlace } from './pairing/index.ts';
import type { PcscPort } from './pcsc/index.ts';
import { ChosenKeys, SamReport, SamSlot } from './terminal-keys/index.ts';

export type { AgentOptions };

export interface Agent extends HttpApp {
  readonly desk: Desk;
  readonly endpoints: readonly Endpoint[];
  /** Until the opening of the SAM that is under way has ended. */
  samSettled(): Promise<void>;
  readonly audience: Audience;
  /** Refused upgrades, for the local audit. */
  readonly onRefused: (refused: { readonly code: string; readonly origin: string | null }) => void;
  readonly authenticate: Authenticator;
  /** For upgrades, which pass by Koa. */
  readonly allowedOrigins: ReturnType<typeof originRule>;
  close(): Promise<void>;
}

const NOWHERE: TextPlace = { read: () => null, write: () => undefined };
const MAX_LISTENERS = 32;
const MAX_BODY_BYTES = 64 * 1024;
/** For each origin; programs of this machine together are one. A page that reads card after card stays far below. */
const CALL_RATE = { burst: 200, perSecond: 50 };
const PAIRING_RATE = { burst: 20, perSecond: 1 };
const BACKOFF = { firstMs: 250, ceilingMs: 15_000 };

export function createAgent(options: AgentOptions): Agent {
  const { timers, logger } = options;
  const recorder = new RecordingPort(options.port, options.clock, options.now);
  const port: PcscPort = recorder;
  const profile = new DeskProfile(options.deskProfilePlace ?? NOWHERE);
  const desk = new Desk({ port, timers, product: options.product, leaseMs: options.leaseMs, profile });
  const audience: Audience = new Audience(desk, MAX_LISTENERS);
  const { keys, openSession, clock, journal } = options;
  const { now, newId, visitTrust } = options;
  const audit = options.audit ?? null;
  const { sendAudit } = options;
  const auditUpload =
    audit === null || sendAudit === undefined
      ? null
      : new AuditUpload({ agent: options.agentId, audit, send: sendAudit, timers, now });
  const refused = audit === null ? null : new RefusedRequests(audit, timers);
  audit?.note('agent-started', { version: options.version });
  const sam = new SamSlot({
    desk,
    profile,
    random: options.random,
    pin: options.samPin ?? (() => null),
    onChange: () => {
      samReport.look();
      audience.tell({ event: 'keys-changed' });
    },
    onPinTried: (tried) => audit?.note('sam-pin-tried', { ...tried }),
    logger,
  });
  const samReport: SamReport = new SamReport({
    ...(options.tellSam === undefined ? {} : { tell: options.tellSam }),
    sam: () => sam.state,
    timers,
    now,
    onRefused: () => audit?.note('sam-refused', { samSerial: sam.state.samSerial }),
  });
  const chosenKeys = new ChosenKeys({
    policy: options.keyPolicy ?? 'key-service-first',
    keyService: keys,
    sam: () => (samReport.refused ? null : sam.keys),
    now,
    timers,
    ...(options.keyServiceAnswers === undefined ? {} : { probe: options.keyServiceAnswers }),
    onChange: () => audience.tell({ event: 'keys-changed' }),
  });
  const work = new CardWork({
    desk,
    turns: new LocalTurns(),
    keys: () => chosenKeys.choices(),
    mayServe: () => options.hotlist?.requireUsable(),
    onServed: (source, versions) => chosenKeys.served(source, versions),
    openSession,
    clock,
  });
  const signer = () =>
    sam.signer === null || samReport.refused ? options.signer : { keys: sam.signer, verifier: visitTrust.verifier };
  const clockCheck = options.clockCheck ?? new ClockCheck({ now, toleranceSeconds: 0 });
  const standing = new StandingJudge(options.hotlist ?? null, now, clockCheck);
  const cardReader = new CardReader({
    desk,
    work,
    standing,
    now,
    newId,
    visitTrust,
    ...(options.hotlist === undefined ? {} : { hotlist: options.hotlist }),
  });
  const cardWriter = new CardWriter({
    desk,
    work,
    standing,
    journal,
    timers,
    now,
    newId,
    signer,
    logger,
    onOutcome: (entry, failure) => {
      audit?.note('card-write', outcomeOf(entry));
      metrics.written(entry.kind, entry.elements, entry.by);
      mailbox?.onOutcome(entry, failure);
    },
  });
  const told = options.issuerCalls ?? null;
  const queueSender =
    told === null
      ? null
      : new QueueSender({
          agentId: options.agentId,
          queue: told.queue,
          send: (events) => told.call('/v1/agent-events', events, agentEventsResponse),
          timers,
          now,
        });
  const mailbox: MailboxDesk | null =
    told === null || queueSender === null || !told.mailbox
      ? null
      : new MailboxDesk({
          agentId: options.agentId,
          issuer: issuerMailboxOver(told.call, options.agentId),
          desk,
          writer: cardWriter,
          standing,
          journal,
          queue: told.queue,
          sender: queueSender,
          timers,
          now,
          onReport: (reader, insertion, report) => audience.tell({ event: 'mailbox', reader, insertion, report }),
          logger,
        });
  const batches = new BatchService({ desk, timers, rememberedBatches: 64, maxRunning: 16, progressEvery: 8 });
  const { hotlist } = options;
  const channel =
    options.issuer === undefined
      ? null
      : new IssuerChannel({
          ...options.issuer,
          agentId: options.agentId,
          version: options.version,
          desk,
          batches,
          ...(hotlist === undefined ? {} : { hotlistVersion: () => hotlist.state().version }),
          timers,
          backoff: BACKOFF,
          logger,
        });
  hotlist?.onTaken(() => channel?.tellState());
  const pairing = new Pairing({
    grants: new Grants(options.grantPlace),
    now,
    random: options.random,
    onChange: () => audience.tell({ event: 'pairing-changed' }),
    beforePaired: ({ grant, origin, scopes }) =>
      audit?.record('page-paired', { grant, origin, scopes: scopes.join(' ') }),
    onRefusal: (what, origin) => audit?.note(what, { origin }),
  });
  pairing.onRevoked((grant) => audience.cutOff(grant));
  const endCardData = announceCardData(desk, cardReader, audience, logger);
  const own = agentEndpoints({
    version: options.version,
    simulator: options.simulator ?? null,
    desk,
    cardReader,
    cardWriter,
    legacy: new LegacyFacade({ desk, work, standing, writer: cardWriter }),
    pairing,
    audit,
    auditUpload,
    mailbox,
    queueSender,
    audience,
    profile,
    sam,
    samReport,
    chosenKeys,
    hotlist: options.hotlist ?? null,
    clockCheck,
    updateCheck: options.updateCheck ?? null,
    journalState: () => ({ open: journal.openCount, unreadable: journal.unreadable }),
    pcscHealth: () => port.health(),
    channelStatus: () => channel?.status() ?? null,
    timers,
    sdkFile: options.sdkFile,
    diagnostics: {
      clock,
      recording: () => recorder.recording(),
      settings: options.settingsView ?? (() => ({})),
      machine: options.machineView ?? (() => ({})),
      logLines: options.logLines ?? (() => []),
    },
  });
  const endpoints = [...own, ...(options.moreEndpoints ?? [])];
  const access = {
    pairing,
    pairingOrigins: options.pairingOrigins,
    rates: { calls: new RateLimit(CALL_RATE, clock), pairing: new RateLimit(PAIRING_RATE, clock) },
  };
  const authenticate = callers(options.token, pairing);
  const allowedOrigins = originRule(access);
  const http = createHttpApp({
    service: 'reader-agent',
    logger,
    endpoints,
    authenticate,
    allowedOrigins,
    early: pageAccess(access),
    onRefused: async (call) => refused?.add(call),
    maxBodyBytes: MAX_BODY_BYTES,
    ...(options.webRoot === undefined ? {} : { webRoot: options.webRoot }),
  });
  const metrics = agentMetrics(http.metrics, {
    readers: () => desk.readers(),
    pcsc: () => port.health(),
    openWrites: () => journal.openCount,
    queue: () => queueSender?.state() ?? null,
    auditWaiting: () => audit?.waiting ?? null,
    hotlistAgeHours: () => hotlist?.state().ageHours ?? null,
    clock: () => clockCheck.state(),
  });
  desk.subscribe((event) => {
    if (event.event === 'card-inserted') metrics.inserted(event.card.cardFactor !== null);
  });
  return {
    ...http,
    desk,
    endpoints,
    samSettled: async () => {
      await sam.settled();
      await samReport.settled();
    },
    audience,
    onRefused: (call) => refused?.add(call),
    authenticate,
    allowedOrigins,
    close: async () => {
      channel?.stop();
      mailbox?.close();
      queueSender?.close();
      options.updateCheck?.close();
      endCardData();
      samReport.close();
      chosenKeys.close();
      sam.close();
      audience.close();
      cardWriter.close();
      refused?.flush();
      audit?.note('agent-stopped');
      auditUpload?.close();
      desk.close();
      await port.close();
    },
  };
}

/** Of a write only what it came to: ids come from callers and may name a visit, so a digest of them stands here. */
function outcomeOf({ id, kind, elements, settledBy, by }: JournalEntry) {
  const count = (outcome: string) => (elements ?? []).filter((each) => each.outcome === outcome).length;
  return {
    write: sha256Hex(id).slice(0, 16),
    kind,
    applied: count('applied'),
    notApplied: count('not applied'),
    unknown: elements === null ? null : count('unknown'),
    settledBy,
    by: by ?? 'desk',
  };
}
