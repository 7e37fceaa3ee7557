/** card-issuer's own mailbox and event intake in process, with a network that a test cuts before a call or behind it. */

import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { nationalProfile } from '@rhc/card/profile';
import { localRekeyKeys } from '@rhc/card/rekey';
import { pilotRoot } from '@rhc/card/secure-messaging';
import type { Issuer } from '../../../card-issuer/src/app.ts';
import type { Database } from '../../../card-issuer/src/store/index.ts';
import { inUse, issuerWith, TurnedClock } from '../../../card-issuer/test/life-cycle/in-use.ts';
import { openOn } from '../../../card-issuer/test/store/both-engines.ts';
import { createLogger } from '../../../service-shell/src/index.ts';
import { HISTORICAL_BYTES, seededRandom } from '../../../test/card-writing/personalized-card.ts';
import type {
  AgentEventsRequest,
  ContactRequest,
  MailboxContent,
  RekeyChannelRequest,
} from '../../src/contract/index.ts';
import { agentErrors } from '../../src/errors.ts';
import type { IssuerCall } from '../../src/issuer-calls.ts';

export const SERIAL = 'A00000001K';
export const FACTOR = bytesToHex(HISTORICAL_BYTES.slice(0, 8));
const CLERK = 'clerk:a';

/** `before`: nothing came there; `after`: it was taken and the answer was lost. */
export type Cut = 'before' | 'after';

export class IssuerInProcess {
  readonly clock: TurnedClock;
  readonly issuer: Issuer;
  readonly database: Database;
  readonly close: () => Promise<void>;
  /** Paths of all calls that came there. */
  readonly calls: string[] = [];
  readonly contacts: ContactRequest[] = [];
  cut: (path: string) => Cut | null = () => null;
  cardId = '';

  static async open(): Promise<IssuerInProcess> {
    const clock = new TurnedClock();
    const { database, close } = await openOn('sqlite');
    const rekey = localRekeyKeys({
      crypto: nodeCrypto,
      suite: 'intl-128',
      profile: nationalProfile,
      random: seededRandom('rekey'),
      root: (slot, version) => pilotRoot(nodeCrypto, slot, version),
    });
    const keys = {
      personalization: {} as never,
      issuerCertificate: () => Promise.reject(new Error('none here')),
      rekey,
    };
    const issuer = await issuerWith(database, clock, { keys, logger: createLogger('card-issuer', 'silent') });
    return new IssuerInProcess(clock, issuer, database, async () => {
      await issuer.stop();
      await close();
    });
  }

  constructor(clock: TurnedClock, issuer: Issuer, database: Database, close: () => Promise<void>) {
    this.clock = clock;
    this.issuer = issuer;
    this.database = database;
    this.close = close;
  }

  /** The chip of the tests is this register's card, with nothing in its mailbox and never seen. */
  async freshCard(): Promise<void> {
    if (this.cardId === '') {
      this.cardId = await inUse(this.issuer, this.database, this.clock, 100);
      await this.database('cards').where({ id: this.cardId }).update({ card_factor: FACTOR, issue_serial: SERIAL });
    }
    const ofCard = { card_id: this.cardId };
    await this.database('mailbox_updates').where(ofCard).delete();
    await this.database('card_first_uses').where(ofCard).delete();
    await this.database('idempotency_keys').where('operation', 'like', 'agent-event%').delete();
    this.cut = () => null;
    this.calls.length = 0;
    this.contacts.length = 0;
  }

  put(content: MailboxContent) {
    return this.issuer.mailbox.put({ cardId: this.cardId, content, actor: CLERK });
  }

  /** Oldest first: state and code. */
  async states(): Promise<readonly (readonly [string, string | null])[]> {
    const { updates } = await this.issuer.mailbox.view(this.cardId);
    return updates.map(({ state, code }) => [state, code] as const).reverse();
  }

  readonly call: IssuerCall = async (path, body, schema) => {
    const cut = this.cut(path);
    if (cut === 'before') throw agentErrors.make('ISSUER_UNREACHABLE');
    this.calls.push(path);
    const answer = await this.#answer(path, body);
    if (cut === 'after') throw agentErrors.make('ISSUER_UNREACHABLE');
    return schema.parse(JSON.parse(JSON.stringify(answer)));
  };

  async #answer(path: string, body: object): Promise<unknown> {
    const { agentEvents, mailbox } = this.issuer;
    if (path === '/v1/contacts') {
      this.contacts.push(body as ContactRequest);
      return mailbox.contact(body as ContactRequest);
    }
    if (path === '/v1/agent-events') {
      const { agentId, events } = body as AgentEventsRequest;
      return agentEvents.take(agentId, events);
    }
    const id = /^\/v1\/mailbox-updates\/(.+)\/rekey-channel$/.exec(path)?.[1];
    if (id === undefined) throw new Error(`no ${path} here`);
    const { agentId, lease, cardFactor, challenge, ...rest } = body as RekeyChannelRequest;
    const channel = await mailbox.rekeyChannel(id, { agentId, lease }, {
      ...(rest as object),
      factorHex: cardFactor,
      cardFactor: hexToBytes(cardFactor),
      challenge: hexToBytes(challenge),
    } as never);
    const inHex = (commands: typeof channel.writes) =>
      commands.map(({ slot, version, command }) => ({ slot, version, command: bytesToHex(command) }));
    return {
      externalAuthenticate: bytesToHex(channel.externalAuthenticate),
      writes: inHex(channel.writes),
      retirements: inHex(channel.retirements),
    };
  }
}
