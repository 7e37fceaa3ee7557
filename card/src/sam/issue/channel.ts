/**
 * The commands of a SAM's issue channel (ADR 006) over the Crypto port: whoever holds the control key makes them. Each one is
 * chained to the one before, so they must be sent in the order in which they were made, and all of them.
 */
import { concatBytes, equalBytes, requireByte, requireLength, type SecretBytes, uint16 } from '../../bytes/index.ts';
import type { AlgorithmSuite, SamKeyReference } from '../../profile/index.ts';
import { rhcSam1 } from '../../profile/index.ts';
import {
  blockBytes,
  type ChannelKeys,
  type Crypto,
  channelCommand,
  channelKeys,
  encipherKeyBlocks,
  externalAuthenticationCryptogram,
  keyAttributes,
  macBlock,
  pad80,
} from '../../secure-messaging/index.ts';

const ALGORITHM: Readonly<Record<AlgorithmSuite, number>> = { 'intl-128': 1, 'sm-128': 2, 'pboc-3des': 3 };
const CONTROL_KEY = { typeCode: 0x00, maxTries: 15 } as const;

export interface SamIssueChannelOptions {
  readonly crypto: Crypto;
  readonly suite: AlgorithmSuite;
  /** Transport key or control key of this SAM, in clear: for tests and demonstrations; an HSM makes the same commands. */
  readonly key: Uint8Array;
  /** 0 = transport key. */
  readonly version: number;
  /** 8 bytes from the SAM. */
  readonly challenge: Uint8Array;
}

export class SamIssueChannel {
  readonly #options: SamIssueChannelOptions;
  readonly #keys: ChannelKeys;
  #chaining: Uint8Array;

  constructor(options: SamIssueChannelOptions) {
    const { crypto, suite, key, challenge } = options;
    this.#options = options;
    this.#keys = channelKeys(crypto, suite, key, challenge);
    this.#chaining = new Uint8Array(blockBytes(suite));
  }

  /** EXTERNAL AUTHENTICATE: opens the channel. */
  authentication(terminalRandom: Uint8Array): Uint8Array {
    const { crypto, suite, key, version, challenge } = this.#options;
    const cryptogram = externalAuthenticationCryptogram(crypto, suite, key, challenge, terminalRandom);
    return concatBytes(Uint8Array.of(0x00, 0x82, 0x00, 0x00, 0x11), cryptogram, terminalRandom, Uint8Array.of(version));
  }

  writeControlKey(version: number, suite: AlgorithmSuite, key: Uint8Array): Uint8Array {
    return this.#writeKey(0x00, keyAttributes(CONTROL_KEY, version, suite), key);
  }

  writeWorkKey(reference: SamKeyReference, version: number, suite: AlgorithmSuite, key: Uint8Array): Uint8Array {
    const attributes = keyAttributes({ typeCode: reference.p1, maxTries: null }, version, suite);
    return this.#writeKey(reference.p2, attributes, key);
  }

  retireKey(reference: SamKeyReference, version: number): Uint8Array {
    return this.#secured(0xd402, reference.p2, this.#encipher(Uint8Array.of(0x01, requireByte(version, 'version'))));
  }

  /** `pin`: packed digits. */
  writePin(pin: SecretBytes): Uint8Array {
    const plain = pin.use((bytes) => concatBytes(Uint8Array.of(bytes.length + 1, rhcSam1.pinTries), bytes));
    return this.#secured(0xd403, 0x00, this.#encipher(plain));
  }

  /** At most 240 bytes. */
  updateBinary(offset: number, data: Uint8Array): Uint8Array {
    return this.#command(concatBytes(Uint8Array.of(0x04, 0xd6), uint16(offset)), data);
  }

  /** Answer: see `publicKeyOf`. */
  generateKeyPair(suite: AlgorithmSuite): Uint8Array {
    return this.#secured(0x4600, ALGORITHM[suite], new Uint8Array(0));
  }

  /** x ‖ y of the answer to the command made last, or null when its MAC is not the SAM's. */
  publicKeyOf(answer: Uint8Array): Uint8Array | null {
    const { crypto, suite } = this.#options;
    requireLength(answer, 68, 'public key and MAC');
    const publicKey = answer.slice(0, 64);
    const mac = macBlock(crypto, suite, this.#keys.mac, publicKey, this.#chaining).slice(0, 4);
    return equalBytes(mac, answer.slice(64)) ? publicKey : null;
  }

  endIssue(step: 'first' | 'second', digest: Uint8Array): Uint8Array {
    return this.#secured(step === 'first' ? 0x4401 : 0x4402, 0x00, requireLength(digest, 32, 'digest'));
  }

  /** Erases every secret of the SAM. */
  recall(): Uint8Array {
    return this.#secured(0x1600, 0x00, new Uint8Array(0));
  }

  #writeKey(p2: number, attributes: Uint8Array, key: Uint8Array): Uint8Array {
    const { crypto, suite } = this.#options;
    return this.#secured(0xd401, p2, encipherKeyBlocks(crypto, suite, this.#keys.encipherment, attributes, key));
  }

  #encipher(plain: Uint8Array): Uint8Array {
    const { crypto, suite } = this.#options;
    return crypto.encipherEcb(suite, this.#keys.encipherment, pad80(plain, blockBytes(suite)));
  }

  #secured(insAndP1: number, p2: number, data: Uint8Array): Uint8Array {
    return this.#command(concatBytes(Uint8Array.of(0x84), uint16(insAndP1), Uint8Array.of(p2)), data);
  }

  #command(header: Uint8Array, data: Uint8Array): Uint8Array {
    const { crypto, suite } = this.#options;
    const made = channelCommand(crypto, suite, this.#keys.mac, this.#chaining, header, data);
    this.#chaining = made.macChaining;
    return made.command;
  }
}
