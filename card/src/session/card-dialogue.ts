/**
 * What a terminal remembers of a card while it speaks with it: the directory and file that are selected and the keys that
 * are authenticated, so that no APDU is sent twice for the same state. Reading, patching, visits and re-key are built
 * on it. After any failure it forgets all and begins again from SELECT.
 */
import { cardFactorFromAtr } from '../apdu/index.ts';
import { bytesToHex } from '../bytes/index.ts';
import {
  type Command,
  type CommandName,
  cardErrors,
  directoryPath,
  externalAuthenticate,
  getChallenge,
  getKeyList,
  type KeyListEntry,
  keyVersionsOnCard,
  readBinary,
  readRecord,
  readRecordByTag,
  selectBlockable,
  selectFile,
} from '../commands/index.ts';
import { isRhcError } from '../errors/index.ts';
import type { CardKeySlotName, DirectoryName, ElementaryFile, FileId } from '../profile/types.ts';
import { valueOfTlvRecord } from './decode-file.ts';
import { sessionErrors } from './errors.ts';
import type { TerminalKeyRequest } from './ports.ts';
import { type CountingTransport, resolveResponse } from './resolve-response.ts';
import type { CardSessionOptions } from './types.ts';

export const READ_BLOCK_BYTES = 256;

export type FileRight = 'read' | 'update' | 'erase';

export class CardDialogue {
  readonly options: CardSessionOptions;
  readonly cardFactor: Uint8Array;
  #provinceCode = '';
  readonly #transport: CountingTransport;
  #directory: DirectoryName | null = null;
  #file: FileId | null = null;
  readonly #authenticated = new Set<CardKeySlotName>();
  #keyList: readonly KeyListEntry[] | null = null;

  private constructor(options: CardSessionOptions, cardFactor: Uint8Array) {
    this.options = options;
    this.#transport = resolveResponse(options.transport);
    this.cardFactor = cardFactor;
  }

  /** Identifies the card: factor from the answer to reset, province from element 57 (free to read), 3 APDUs. */
  static async open(
    options: CardSessionOptions,
  ): Promise<{ readonly dialogue: CardDialogue; readonly cityCodeRecord: Uint8Array }> {
    const cardFactor = cardFactorFromAtr(options.atr, options.product);
    if (cardFactor === null) throw cardErrors.make('CARD_FOREIGN', { detail: `ATR ${bytesToHex(options.atr)}` });
    const dialogue = new CardDialogue(options, cardFactor);
    return { dialogue, cityCodeRecord: await dialogue.#identify() };
  }

  /** APDUs that went to the card, GET RESPONSE included. */
  get apdus(): number {
    return this.#transport.apdus;
  }

  get provinceCode(): string {
    return this.#provinceCode;
  }

  /** The current one; null when not known. */
  get directory(): DirectoryName | null {
    return this.#directory;
  }

  async #identify(): Promise<Uint8Array> {
    const { file, element } = this.options.profile.element('cityCode');
    try {
      await this.selectFile(file);
    } catch (error) {
      // A blank, or another application's card with a look-alike answer to reset.
      if (isRhcError(error) && error.code === 'CARD_FILE_NOT_FOUND') {
        throw cardErrors.make('CARD_FOREIGN', { detail: `no ${file.id}`, cause: error });
      }
      throw error;
    }
    const record = await this.send(readRecordByTag, element.item);
    const digits = bytesToHex(valueOfTlvRecord(element, record));
    if (!/^\d{6}$/.test(digits)) throw sessionErrors.make('CARD_CITY_CODE_INVALID');
    this.#provinceCode = digits.slice(0, 2);
    return record;
  }

  /**
   * Selects a directory unless it is the current one; the card then forgets every authentication. `also-blocked`: for
   * those who unblock it; everybody else is told CARD_APPLICATION_BLOCKED.
   */
  async select(name: DirectoryName, state: 'open' | 'also-blocked' = 'open'): Promise<void> {
    if (this.#directory === name) return;
    const { profile } = this.options;
    const path = directoryPath(profile, this.#directory, name);
    this.forget();
    const command = state === 'open' ? selectFile : selectBlockable;
    for (const step of path) await this.send(command, profile.directory(step).fid);
    this.#directory = name;
  }

  async selectFile(file: ElementaryFile): Promise<void> {
    await this.select(file.directory);
    if (this.#file === file.id) return;
    await this.send(selectFile, file.fid);
    this.#file = file.id;
  }

  /** External authentication with a key of its own directory; asked for once as long as the directory stays. */
  async authenticate(slotName: CardKeySlotName): Promise<void> {
    const slot = this.options.profile.keySlot(slotName);
    await this.select(slot.directory);
    if (this.#authenticated.has(slotName)) return;
    const version = await this.#versionOf(slotName);
    try {
      await this.authenticateVersion(slotName, version);
    } catch (error) {
      if (this.#keyList !== null || !isRhcError(error) || error.code !== 'CARD_KEY_NOT_FOUND') throw error;
      // The card is a key version behind or ahead of this terminal: it is asked once what it holds.
      await this.readKeyList();
      const held = await this.#versionOf(slotName);
      if (held === version) throw error;
      await this.authenticateVersion(slotName, held);
    }
    this.#authenticated.add(slotName);
  }

  /** What the chip says that it holds (GET DATA 0103); from then on only versions of that list are used. */
  async readKeyList(): Promise<readonly KeyListEntry[]> {
    this.#keyList = await this.send(getKeyList);
    return this.#keyList;
  }

  /** The active version, or the highest on the card where the card is known not to hold that one. */
  async #versionOf(slotName: CardKeySlotName): Promise<number> {
    const active = await this.options.keys.activeVersion(slotName);
    if (this.#keyList === null) return active;
    const held = keyVersionsOnCard(this.options.profile, this.#keyList, slotName);
    return held.includes(active) ? active : (held.at(-1) ?? active);
  }

  /** The same with a version of the caller's choice, whatever was authenticated before: proof that the card holds it. */
  async authenticateVersion(slotName: CardKeySlotName, version: number): Promise<void> {
    const slot = this.options.profile.keySlot(slotName);
    await this.select(slot.directory);
    const challenge = await this.send(getChallenge);
    const answer = await this.options.keys.externalAuthentication({ ...this.keyRequest(slotName, version), challenge });
    await this.send(externalAuthenticate, { kid: slot.kid, ...answer, version });
  }

  /** Directory, the key of that right and file, whatever of it is still missing. */
  async openFile(file: ElementaryFile, right: FileRight): Promise<void> {
    const access = file[right] ?? { kind: 'never' };
    if (access.kind === 'never') {
      throw cardErrors.make('CARD_SECURITY_NOT_SATISFIED', { detail: `${file.id}: no ${right}` });
    }
    await this.select(file.directory);
    if (access.kind === 'key') await this.authenticate(access.slot);
    await this.selectFile(file);
  }

  /**
   * Data field of one command with secure messaging under a maintenance key: GET CHALLENGE, then cipher ‖ MAC4 (`plain`
   * null: MAC4 alone). The challenge serves the very next command. `version`: the active one unless named.
   */
  async protectedData(
    slot: CardKeySlotName,
    header: Uint8Array | readonly number[],
    plain: Uint8Array | null,
    version?: number,
  ): Promise<Uint8Array> {
    const { keys } = this.options;
    version ??= await this.#versionOf(slot);
    const challenge = await this.send(getChallenge);
    return keys.protect({ ...this.keyRequest(slot, version), challenge, header: Uint8Array.from(header), plain });
  }

  /** A record's bytes; null where the file has none of that number. */
  async readRecord(file: ElementaryFile, number: number): Promise<Uint8Array | null> {
    await this.openFile(file, 'read');
    try {
      return requireWholeRecord(file, await this.send(readRecord, number));
    } catch (error) {
      if (isRhcError(error) && error.code === 'CARD_RECORD_NOT_FOUND') return null;
      throw error;
    }
  }

  /** Bytes of a transparent file. */
  async readContent(file: ElementaryFile, offset: number, length: number): Promise<Uint8Array> {
    await this.openFile(file, 'read');
    const content = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const wanted = Math.min(READ_BLOCK_BYTES, length - done);
      const block = await this.send(readBinary, offset + done, wanted);
      if (block.length === 0 || block.length > wanted) {
        throw cardErrors.make('CARD_ANSWER_MALFORMED', { detail: `READ BINARY gave ${block.length} of ${wanted}` });
      }
      content.set(block, done);
      done += block.length;
    }
    return content;
  }

  keyRequest(slot: CardKeySlotName, version: number): TerminalKeyRequest {
    return { slot, version, cardFactor: this.cardFactor, provinceCode: this.provinceCode };
  }

  async send<Args extends readonly unknown[], Answer>(
    command: Command<CommandName, Args, Answer>,
    ...args: Args
  ): Promise<Answer> {
    try {
      return command.parse(await this.#transport.transmit(command.build(...args)));
    } catch (error) {
      // After a failure the card's state is uncertain (a reset drops authentication): start from SELECT next time. A
      // record that does not exist is an answer like another.
      if (!isRhcError(error) || error.code !== 'CARD_RECORD_NOT_FOUND') this.forget();
      throw error;
    }
  }

  /** A complete APDU that key-service made. */
  async sendPrepared<Answer>(command: Command<CommandName, never, Answer>, apdu: Uint8Array): Promise<Answer> {
    try {
      return command.parse(await this.#transport.transmit(apdu));
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  forget(): void {
    this.#directory = null;
    this.#file = null;
    this.#authenticated.clear();
  }
}

/**
 * A cyclic or index record carries no length of its own: an answer cut short would read as an empty record, and an allergy
 * or a used visit slot would be gone without a word.
 */
function requireWholeRecord(file: ElementaryFile, record: Uint8Array): Uint8Array {
  const fixed = file.structure === 'cyclic' || file.structure === 'fixed-records';
  if (!fixed || record.length === file.recordSizeBytes) return record;
  throw cardErrors.make('CARD_CONTENT_INVALID', { detail: `${file.id}: a record of ${record.length} bytes` });
}
