/** The agent in process with stand-ins for reader, card and keys: what is tested is the edge, not the card. */
import { randomBytes } from 'node:crypto';
import { hexToBytes, SecretBytes } from '@rhc/card/bytes';
import { rhcBlank1 } from '@rhc/card/profile';
import type { CardSession, TerminalKeys } from '@rhc/card/session';
import { createLogger } from '@rhc/service-shell';
import { type AgentOptions, createAgent } from '../src/app.ts';
import { WriteJournal } from '../src/journal/index.ts';
import { memoryFolder } from './memory-folder.ts';
import { memoryText } from './paired-page.ts';
import { ManualTimers, StandInPort } from './stand-in-port.ts';

export const DESK_TOKEN = 'b'.repeat(64);
export const OURS = hexToBytes('3B8B8001000101000000002A01000021');
export const deskHeaders = { Authorization: `Bearer ${DESK_TOKEN}`, 'X-RHC-Request': '1', Host: '127.0.0.1:8103' };
const element = { id: 'name', item: 11, label: { zh: '姓名', en: 'name' }, value: '张三', raw: new Uint8Array(30) };
const keys: TerminalKeys = {
  suite: 'intl-128',
  activeVersion: async () => 1,
  externalAuthentication: async () => ({ cryptogram: new Uint8Array(8), terminalRandom: new Uint8Array(8) }),
  verifyInternalAuthentication: async () => true,
  protect: async () => new Uint8Array(4),
};

export interface StandIns {
  readonly session?: Partial<CardSession>;
  readonly pairingOrigins?: readonly string[];
  /** Text of an earlier agent's grants. */
  readonly grants?: string | null;
  readonly more?: Partial<AgentOptions>;
}

export function agentWithStandIns({ session = {}, pairingOrigins = [], grants = null, more = {} }: StandIns = {}) {
  const grantPlace = memoryText(grants);
  let nowMs = Date.UTC(2026, 10, 25);
  const port = new StandInPort();
  const timers = new ManualTimers();
  const agent = createAgent({
    agentId: 'desk-1',
    version: '0',
    port,
    timers,
    product: rhcBlank1,
    leaseMs: 30_000,
    keys,
    openSession: async (channel, counted) =>
      ({
        checkGenuine: async () => {
          await channel.transmit(hexToBytes('0084000008'));
          await counted.externalAuthentication({ slot: 'RK1.DDF1', version: 1 } as never);
          return 'genuine';
        },
        readFile: async () => [],
        readIdentity: async () => ({ cardFactor: new Uint8Array(8), provinceCode: '13', elements: [element] }),
        readSummary: async () => ({
          identity: [element],
          contacts: [],
          alerts: [],
          allergies: [{ substance: '青霉素', reaction: '皮疹' }],
          immunizations: [],
          photo: Uint8Array.of(0xff, 0xd8),
          psychiatric: null,
        }),
        readPhoto: async () => null,
        ...session,
      }) as Partial<CardSession> as CardSession,
    clock: () => nowMs,
    journal: new WriteJournal({
      folder: memoryFolder(),
      key: new SecretBytes(new Uint8Array(32)),
      random: (length) => new Uint8Array(length),
      maxOpen: 4,
      maxSettled: 4,
    }),
    now: () => new Date(nowMs),
    newId: () => 'made',
    signer: null,
    visitTrust: { verifier: { verifySignature: () => false }, rootPublicKey: null },
    token: new SecretBytes(new TextEncoder().encode(DESK_TOKEN)),
    grantPlace,
    pairingOrigins,
    random: (length) => Uint8Array.from(randomBytes(length)),
    sdkFile: () => null,
    logger: createLogger('test', 'silent'),
    ...more,
  });
  port.plug('A');
  return {
    port,
    timers,
    agent,
    callback: agent.app.callback(),
    grantText: () => grantPlace.read(),
    passMs: (ms: number) => {
      nowMs += ms;
    },
  };
}
