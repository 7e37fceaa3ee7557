/**
 * A terminal's dialogue with a SAM (CARD-FACTS 5, 6.1, 6.2): PIN, session keys, MAC, digest, signature, files. One operation
 * at a time, in the order asked for: a session key made for one caller must not serve another.
 *
 * A SAM of another maker has no GET DATA; then its versions are not known and the deployed version 1 is used.
 */
import { bytesToHex, type SecretBytes } from '../bytes/index.ts';
import { type CertificateCommon, type ParsedSamCertificate, parseSamCertificate } from '../certificates/index.ts';
import { isRhcError } from '../errors/index.ts';
import type { AlgorithmSuite, CardKeySlotName, SamFile, SamKeyReference, SamProduct } from '../profile/index.ts';
import { samFiles, samKeyReference } from '../profile/index.ts';
import { provinceFactor } from '../secure-messaging/index.ts';
import { type CountingTransport, resolveResponse, type Transport } from '../session/index.ts';
import {
  changePin,
  DIGEST_BLOCK_BYTES,
  getSamKeys,
  getSamPublicKey,
  getSamStatus,
  getSamUses,
  type HeldKey,
  type KeyUse,
  type SamCommand,
  type SamStatus,
  samDigest,
  samEncipher,
  samMac,
  samReadBinary,
  samSelect,
  samSessionKey,
  samSign,
  verifyPin,
} from './commands/index.ts';
import { decodeSamFile, type SamFileValues } from './decode-sam-file.ts';
import { samErrors } from './errors.ts';
import { samFactorFromAtr } from './sam-atr.ts';

const FID = { MF: 0x3f00, DF01: 0xdf01 } as const;
const READ_BLOCK_BYTES = 128;
const DEPLOYED_VERSION = 1;
/** With these words a SAM says that it has no GET DATA. */
const NO_GET_DATA = new Set(['SAM_COMMAND_UNKNOWN', 'SAM_KEY_NOT_HELD', 'SAM_PARAMETERS_WRONG', 'SAM_LENGTH_WRONG']);

export interface SamSessionOptions {
  readonly transport: Transport;
  /** Answer to reset; left out for a SAM of another maker. */
  readonly atr?: Uint8Array;
  readonly product: SamProduct;
  /** Suite of a SAM that does not tell it. Default `intl-128`. */
  readonly suite?: AlgorithmSuite;
}

/** What one session key is made from. */
export interface SamKeyUse {
  readonly slot: CardKeySlotName;
  readonly version: number;
  readonly cardFactor: Uint8Array;
  readonly provinceCode: string;
  readonly challenge: Uint8Array;
}

export class SamSession {
  readonly #transport: CountingTransport;
  readonly #fallbackSuite: AlgorithmSuite;
  #held: readonly HeldKey[] | null = null;
  #directory: keyof typeof FID | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor({ transport, suite }: SamSessionOptions) {
    this.#transport = resolveResponse(transport);
    this.#fallbackSuite = suite ?? 'intl-128';
  }

  /** @throws SAM_FOREIGN, SAM_NOT_IN_USE, SAM_RECALLED */
  static async open(options: SamSessionOptions): Promise<SamSession> {
    const { atr, product } = options;
    if (atr !== undefined && samFactorFromAtr(atr, product) === null) {
      throw samErrors.make('SAM_FOREIGN', { detail: `ATR ${bytesToHex(atr)}` });
    }
    const session = new SamSession(options);
    await session.#run(() => session.#identify());
    return session;
  }

  /** APDUs that went to the SAM, GET RESPONSE included. */
  get apdus(): number {
    return this.#transport.apdus;
  }

  /** Null: the SAM does not tell which keys and versions it holds. */
  get heldKeys(): readonly HeldKey[] | null {
    return this.#held;
  }

  /** Suite of a key version; that of a SAM that does not tell is the option's. */
  suiteOf(slot: CardKeySlotName, version: number): AlgorithmSuite {
    if (this.#held === null) return this.#fallbackSuite;
    const { p2 } = requireReference(slot);
    const held = this.#held.find((key) => key.p2 === p2 && key.version === version);
    if (held === undefined) throw samErrors.make('SAM_KEY_NOT_HELD', { detail: `${slot} version ${version}` });
    return held.suite;
  }

  /** Versions of a slot that the SAM holds, ascending. @throws SAM_KEY_NOT_AVAILABLE, SAM_KEY_NOT_HELD */
  versionsOf(slot: CardKeySlotName): readonly number[] {
    const { p2 } = requireReference(slot);
    if (this.#held === null) return [DEPLOYED_VERSION];
    const versions = this.#held.filter((key) => key.p2 === p2).map(({ version }) => version);
    if (versions.length === 0) throw samErrors.make('SAM_KEY_NOT_HELD', { detail: slot });
    return versions;
  }

  status(): Promise<SamStatus> {
    return this.#run(() => this.#send(getSamStatus));
  }

  uses(): Promise<readonly KeyUse[]> {
    return this.#run(() => this.#send(getSamUses));
  }

  /** `pin`: packed digits, see `packPin`. @throws SAM_PIN_WRONG with the tries left, SAM_PIN_BLOCKED */
  verifyPin(pin: SecretBytes): Promise<void> {
    return this.#run(() => this.#send(verifyPin, pin));
  }

  /** Afterwards the new PIN has to be verified. */
  changePin(old: SecretBytes, next: SecretBytes): Promise<void> {
    return this.#run(() => this.#send(changePin, old, next));
  }

  /** ECB of whole blocks under a fresh session key. */
  encipher(use: SamKeyUse, blocks: Uint8Array): Promise<Uint8Array> {
    return this.#run(async () => {
      await this.#makeSessionKey(use);
      return this.#send(samEncipher, blocks);
    });
  }

  /** 4 bytes over padded blocks under a fresh session key; `iv` is one block. */
  mac(use: SamKeyUse, iv: Uint8Array, blocks: Uint8Array): Promise<Uint8Array> {
    return this.#run(async () => {
      await this.#makeSessionKey(use);
      return this.#send(samMac, iv, blocks);
    });
  }

  /** 32 bytes; `forSignature` gives what `sign` takes. */
  digest(message: Uint8Array, forSignature: boolean): Promise<Uint8Array> {
    return this.#run(() => this.#digest(message, forSignature));
  }

  /** r ‖ s over a hash of 32 bytes. @throws SAM_PIN_REQUIRED */
  sign(hash: Uint8Array): Promise<Uint8Array> {
    return this.#run(async () => {
      await this.#select('DF01');
      return this.#send(samSign, hash);
    });
  }

  publicKey(): Promise<{ readonly suite: AlgorithmSuite; readonly publicKey: Uint8Array }> {
    return this.#run(() => this.#send(getSamPublicKey));
  }

  readFile(id: SamFile['id']): Promise<Uint8Array> {
    return this.#run(() => this.#readFile(id));
  }

  /** Fields of 0015, 0016 or 001A by name. */
  async readFields(id: SamFile['id']): Promise<SamFileValues> {
    return decodeSamFile(fileOf(id), await this.readFile(id));
  }

  /** The 190 bytes of 001C and what they say. */
  async readCertificate(): Promise<{ readonly bytes: Uint8Array; readonly certificate: ParsedSamCertificate }> {
    const bytes = await this.readFile('DF01/001C');
    return { bytes, certificate: parseSamCertificate(bytes) };
  }

  async #identify(): Promise<void> {
    try {
      const { state } = await this.#send(getSamStatus);
      if (state === 'recalled') throw samErrors.make('SAM_RECALLED');
      if (state !== 'operational') throw samErrors.make('SAM_NOT_IN_USE', { detail: state });
      this.#held = await this.#send(getSamKeys);
    } catch (error) {
      if (!isRhcError(error) || !NO_GET_DATA.has(error.code)) throw error;
    }
    await this.#select('DF01');
  }

  async #makeSessionKey({ slot, version, cardFactor, provinceCode, challenge }: SamKeyUse): Promise<void> {
    const reference = requireReference(slot);
    this.suiteOf(slot, version);
    await this.#select('DF01');
    await this.#send(samSessionKey, {
      reference,
      version,
      cardFactor,
      provinceFactor: provinceFactor(provinceCode),
      challenge,
    });
  }

  async #digest(message: Uint8Array, forSignature: boolean): Promise<Uint8Array> {
    let digest: Uint8Array = new Uint8Array(0);
    for (let at = 0; at === 0 || at < message.length; at += DIGEST_BLOCK_BYTES) {
      const data = message.slice(at, at + DIGEST_BLOCK_BYTES);
      const last = at + DIGEST_BLOCK_BYTES >= message.length;
      digest = await this.#send(samDigest, { data, first: at === 0, last, forSignature });
    }
    if (digest.length !== 32) throw samErrors.make('SAM_ANSWER_MALFORMED', { detail: `digest of ${digest.length}` });
    return digest;
  }

  async #readFile(id: SamFile['id']): Promise<Uint8Array> {
    const { directory, fid, sizeBytes } = fileOf(id);
    await this.#select(directory);
    await this.#send(samSelect, fid);
    const content = new Uint8Array(sizeBytes);
    for (let at = 0; at < sizeBytes; at += READ_BLOCK_BYTES) {
      const wanted = Math.min(READ_BLOCK_BYTES, sizeBytes - at);
      const part = await this.#send(samReadBinary, at, wanted);
      if (part.length !== wanted) throw samErrors.make('SAM_ANSWER_MALFORMED', { detail: `${id}: ${part.length}` });
      content.set(part, at);
    }
    return content;
  }

  async #select(directory: keyof typeof FID): Promise<void> {
    if (this.#directory === directory) return;
    await this.#send(samSelect, FID[directory]);
    this.#directory = directory;
  }

  async #send<Args extends readonly unknown[], Answer>(
    command: SamCommand<Args, Answer>,
    ...args: Args
  ): Promise<Answer> {
    try {
      return command.parse(await this.#transport.transmit(command.build(...args)));
    } catch (error) {
      // After a failure the SAM may have been reset: its directory is not known any more.
      this.#directory = null;
      throw error;
    }
  }

  /** Whatever came of the one before, the next begins when it has ended. */
  #run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work, work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

/** @throws SAM_KEY_NOT_AVAILABLE for IRK, BK, LK, MK and STK.MF, which no SAM has */
export function requireReference(slot: CardKeySlotName): SamKeyReference {
  const reference = samKeyReference(slot);
  if (reference === null) throw samErrors.make('SAM_KEY_NOT_AVAILABLE', { detail: slot });
  return reference;
}

function fileOf(id: SamFile['id']): SamFile {
  const file = samFiles.find((entry) => entry.id === id);
  if (file === undefined) throw samErrors.make('SAM_FILE_NOT_FOUND', { detail: id });
  return file;
}

/** Suites that sign. */
export type SigningSuite = CertificateCommon['suite'];
