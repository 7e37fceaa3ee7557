/** Puts the agent together from its parts; everything that touches the machine comes in as an argument. */
import type { SecretBytes } from '@rhc/card/bytes';
import type { CardProduct } from '@rhc/card/profile';
import type { TerminalKeys } from '@rhc/card/session';
import { createHttpApp, type HttpApp, type Logger } from '@rhc/service-shell';
import {
  CardReader,
  CardWork,
  CardWriter,
  type CardWriterOptions,
  LocalTurns,
  type OpenSession,
  type VisitTrustAnchor,
} from './core/index.ts';
import { Desk } from './desk/index.ts';
import { agentRoutes } from './http/routes.ts';
import { BatchService, type Dial, IssuerChannel } from './issuer-channel/index.ts';
import type { WriteJournal } from './journal/index.ts';
import { LegacyFacade } from './legacy/index.ts';
import type { PcscPort } from './pcsc/index.ts';
import type { Timers } from './pcsc/supervisor.ts';

export interface AgentOptions {
  readonly agentId: string;
  readonly version: string;
  readonly port: PcscPort;
  readonly timers: Timers;
  readonly product: Pick<CardProduct, 'historicalBytesLength' | 'cardFactorPosition'>;
  readonly leaseMs: number;
  readonly keys: TerminalKeys;
  readonly openSession: OpenSession;
  readonly clock: () => number;
  readonly journal: WriteJournal;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly signer: CardWriterOptions['signer'];
  readonly visitTrust: VisitTrustAnchor;
  readonly token: SecretBytes;
  readonly allowedOrigins: readonly string[];
  readonly logger: Logger;
  readonly webRoot?: string;
  /** Absent: a clinic that only reads. */
  readonly issuer?: {
    /** `ws://…` */
    readonly url: string;
    readonly token: SecretBytes;
    readonly dial: Dial;
    readonly spread: () => number;
  };
}

export interface Agent extends HttpApp {
  readonly desk: Desk;
  close(): Promise<void>;
}

const BACKOFF = { firstMs: 250, ceilingMs: 15_000 };

export function createAgent(options: AgentOptions): Agent {
  const { port, timers, logger } = options;
  const desk = new Desk({ port, timers, product: options.product, leaseMs: options.leaseMs });
  const { keys, openSession, clock, journal } = options;
  const work = new CardWork({ desk, turns: new LocalTurns(), keys, openSession, clock });
  const { now, newId, signer, visitTrust } = options;
  const cardReader = new CardReader({ desk, work, now, newId, visitTrust });
  const cardWriter = new CardWriter({ desk, work, journal, timers, now, newId, signer, logger });
  const batches = new BatchService({ desk, timers, rememberedBatches: 64, maxRunning: 16, progressEvery: 8 });
  const channel =
    options.issuer === undefined
      ? null
      : new IssuerChannel({
          ...options.issuer,
          agentId: options.agentId,
          version: options.version,
          desk,
          batches,
          timers,
          backoff: BACKOFF,
          logger,
        });
  const router = agentRoutes({
    version: options.version,
    desk,
    cardReader,
    cardWriter,
    legacy: new LegacyFacade({ desk, work, writer: cardWriter }),
    journalState: () => ({ open: journal.openCount, unreadable: journal.unreadable }),
    pcscHealth: () => port.health(),
    channelStatus: () => channel?.status() ?? null,
    timers,
    maxEventStreams: 32,
  });
  const http = createHttpApp({
    service: 'reader-agent',
    logger,
    router,
    token: options.token,
    publicPaths: ['/v1/status'],
    allowedOrigins: options.allowedOrigins,
    maxBodyBytes: 64 * 1024,
    ...(options.webRoot === undefined ? {} : { webRoot: options.webRoot }),
  });
  return {
    ...http,
    desk,
    close: async () => {
      channel?.stop();
      cardWriter.close();
      desk.close();
      await port.close();
    },
  };
}
