/**
 * The two issue steps of a SAM (ADR 006; CARD-FACTS 5.3): the nation's keys and files, then the province's. Every step may be
 * run again from its beginning on a SAM that was torn: what is there already is written again.
 *
 * Keys come in clear from `SamIssueSecrets`: for tests and demonstrations. In operation an HSM makes the same commands.
 */
import { concatBytes, type SecretBytes } from '../../bytes/index.ts';
import {
  type AlgorithmSuite,
  type CardKeySlotName,
  type SamFile,
  samFiles,
  samKeyReferences,
} from '../../profile/index.ts';
import type { Crypto } from '../../secure-messaging/index.ts';
import { type RandomBytes, resolveResponse, type Transport } from '../../session/index.ts';
import { getSamFactor, getSamStatus, type SamStateName, samSelect, samStatusError } from '../commands/index.ts';
import { samErrors } from '../errors.ts';
import { SamIssueChannel } from './channel.ts';
import { type IssuedKey, samIssueDigest } from './digest.ts';

const MASTER_FILE = 0x3f00;
const APPLICATION = 0xdf01;
const WRITE_BLOCK_BYTES = 128;
const CONTROL_KEY_VERSION = 1;

export interface SamIssueSecrets {
  /** Of one SAM, 16 bytes each. */
  transportKey(samFactor: Uint8Array): Uint8Array;
  controlKey(samFactor: Uint8Array): Uint8Array;
  /** National root of a two-level slot, provincial root of a one-level slot. */
  root(slot: CardKeySlotName, version: number): Uint8Array;
}

export interface SamIssueOptions {
  readonly transport: Transport;
  readonly crypto: Crypto;
  readonly suite: Exclude<AlgorithmSuite, 'pboc-3des'>;
  readonly random: RandomBytes;
  readonly secrets: SamIssueSecrets;
  readonly versions: readonly number[];
  /** 14 and 25 bytes; the second step needs them again for its digest. */
  readonly cardInformation: Uint8Array;
  readonly applicationInformation: Uint8Array;
}

export interface SecondIssueOptions extends SamIssueOptions {
  /** 6 bytes. */
  readonly terminalInformation: Uint8Array;
  readonly pin: SecretBytes;
  /** The issuer certifies the key that the SAM made: 180 and 190 bytes. */
  certify(publicKey: Uint8Array): Promise<{ readonly issuer: Uint8Array; readonly sam: Uint8Array }>;
}

/** First issue: control key, national roots, files 0015 and 001A. @throws SAM_CONDITIONS_NOT_SATISFIED in another state */
export async function issueSamFirst(options: SamIssueOptions): Promise<void> {
  const { crypto, suite, secrets } = options;
  const desk = await IssueDesk.open(options, ['blank', 'first-issue']);
  const { channel } = desk;
  await desk.send('WRITE KEY', channel.writeControlKey(CONTROL_KEY_VERSION, suite, secrets.controlKey(desk.samFactor)));
  await desk.writeFile('MF/0015', options.cardInformation);
  await desk.select(APPLICATION);
  const keys = await desk.loadKeys('first');
  await desk.writeFile('DF01/001A', options.applicationInformation);
  const files = { 'MF/0015': options.cardInformation, 'DF01/001A': options.applicationInformation };
  const content = { files, controlKey: desk.controlKey(), keys, publicKey: null };
  await desk.send('END ISSUE', channel.endIssue('first', samIssueDigest(crypto, suite, content)));
}

/** Second issue: provincial roots, terminal number, key pair and certificates, PIN. Afterwards the SAM works. */
export async function issueSamSecond(options: SecondIssueOptions): Promise<{ readonly publicKey: Uint8Array }> {
  const { crypto, suite, cardInformation, applicationInformation, terminalInformation } = options;
  const desk = await IssueDesk.open(options, ['second-issue']);
  const { channel } = desk;
  await desk.writeFile('MF/0016', terminalInformation);
  await desk.select(APPLICATION);
  const own = await desk.loadKeys('second');
  const publicKey = channel.publicKeyOf(await desk.send('GENERATE KEY PAIR', channel.generateKeyPair(suite)));
  if (publicKey === null) throw samErrors.make('SAM_MAC_WRONG', { detail: 'answer to GENERATE KEY PAIR' });
  const certificates = await options.certify(publicKey);
  await desk.writeFile('DF01/001B', certificates.issuer);
  await desk.writeFile('DF01/001C', certificates.sam);
  await desk.send('WRITE KEY', channel.writePin(options.pin));
  const files = {
    'MF/0015': cardInformation,
    'MF/0016': terminalInformation,
    'DF01/001A': applicationInformation,
    'DF01/001B': certificates.issuer,
    'DF01/001C': certificates.sam,
  };
  const keys = [...desk.keysOf('first'), ...own];
  const content = { files, controlKey: desk.controlKey(), keys, publicKey };
  await desk.send('END ISSUE', channel.endIssue('second', samIssueDigest(crypto, suite, content)));
  return { publicKey };
}

class IssueDesk {
  readonly channel: SamIssueChannel;
  readonly samFactor: Uint8Array;
  readonly #options: SamIssueOptions;
  readonly #transport: Transport;

  private constructor(
    options: SamIssueOptions,
    transport: Transport,
    opened: { readonly channel: SamIssueChannel; readonly samFactor: Uint8Array },
  ) {
    this.#options = options;
    this.#transport = transport;
    this.channel = opened.channel;
    this.samFactor = opened.samFactor;
  }

  static async open(options: SamIssueOptions, states: readonly SamStateName[]): Promise<IssueDesk> {
    const { crypto, suite, random, secrets } = options;
    const transport = resolveResponse(options.transport);
    const { state, controlKeyVersion } = getSamStatus.parse(await transport.transmit(getSamStatus.build()));
    if (!states.includes(state)) throw samErrors.make('SAM_CONDITIONS_NOT_SATISFIED', { detail: `state ${state}` });
    const samFactor = getSamFactor.parse(await transport.transmit(getSamFactor.build()));
    samSelect.parse(await transport.transmit(samSelect.build(MASTER_FILE)));
    const challenge = dataOf('GET CHALLENGE', await transport.transmit(Uint8Array.of(0x00, 0x84, 0x00, 0x00, 0x08)));
    const version = controlKeyVersion ?? 0;
    const key = version === 0 ? secrets.transportKey(samFactor) : secrets.controlKey(samFactor);
    const channel = new SamIssueChannel({ crypto, suite, key, version, challenge });
    const desk = new IssueDesk(options, transport, { channel, samFactor });
    await desk.send('EXTERNAL AUTHENTICATE', channel.authentication(random(8)));
    return desk;
  }

  async send(
    name: 'WRITE KEY' | 'UPDATE BINARY' | 'GENERATE KEY PAIR' | 'END ISSUE' | 'EXTERNAL AUTHENTICATE',
    command: Uint8Array,
  ) {
    return dataOf(name, await this.#transport.transmit(command));
  }

  async select(fid: number): Promise<void> {
    samSelect.parse(await this.#transport.transmit(samSelect.build(fid)));
  }

  /** In the directory that is selected. */
  async writeFile(id: SamFile['id'], content: Uint8Array): Promise<void> {
    const file = samFiles.find((entry) => entry.id === id);
    if (file === undefined || content.length !== file.sizeBytes) throw new RangeError(`${id} has another size`);
    await this.select(file.fid);
    for (let at = 0; at < content.length; at += WRITE_BLOCK_BYTES) {
      await this.send('UPDATE BINARY', this.channel.updateBinary(at, content.slice(at, at + WRITE_BLOCK_BYTES)));
    }
  }

  async loadKeys(step: 'first' | 'second'): Promise<readonly IssuedKey[]> {
    const keys = this.keysOf(step);
    for (const { p2, version, suite, key } of keys) {
      const reference = samKeyReferences.find((entry) => entry.p2 === p2);
      if (reference === undefined) throw new RangeError(`no reference ${p2}`);
      await this.send('WRITE KEY', this.channel.writeWorkKey(reference, version, suite, key));
    }
    return keys;
  }

  keysOf(step: 'first' | 'second'): readonly IssuedKey[] {
    const { versions, suite, secrets } = this.#options;
    return samKeyReferences
      .filter(({ loadedAt }) => loadedAt === step)
      .flatMap(({ slot, p1, p2 }) =>
        versions.map((version) => ({ p1, p2, version, suite, key: secrets.root(slot, version) })),
      );
  }

  controlKey() {
    const { suite, secrets } = this.#options;
    return { version: CONTROL_KEY_VERSION, suite, key: secrets.controlKey(this.samFactor) };
  }
}

function dataOf(name: Parameters<typeof samStatusError>[0], response: Uint8Array): Uint8Array {
  if (response.length < 2) throw samErrors.make('SAM_ANSWER_MALFORMED', { detail: name });
  const sw = (response.at(-2) ?? 0) * 0x100 + (response.at(-1) ?? 0);
  if (sw !== 0x9000) throw samStatusError(name, sw);
  return concatBytes(response.slice(0, -2));
}
