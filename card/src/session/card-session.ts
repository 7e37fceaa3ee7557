/**
 * A terminal's dialogue with a card in use: identify, authenticate, read (CARD-FACTS 2.1, 4.2, 6; CARD.md switches). The same
 * class serves the clinic (PC/SC) and the counter (remote agent): it knows only a Transport and TerminalKeys.
 *
 * Authentication state belongs to the current directory: selecting another one drops it (ADR 001 "A challenge"), and so
 * does this class. Files are read directory by directory so that each key is asked for once.
 */
import { cardFactorFromAtr } from '../apdu/index.ts';
import { bytesToHex, requireLength } from '../bytes/index.ts';
import {
  type Command,
  type CommandName,
  cardErrors,
  directoryPath,
  externalAuthenticate,
  getChallenge,
  internalAuthenticate,
  readBinary,
  readRecord,
  readRecordByTag,
  selectFile,
} from '../commands/index.ts';
import { isRhcError } from '../errors/index.ts';
import type { CardKeySlotName, CyclicFile, DirectoryName, ElementaryFile, FileId } from '../profile/types.ts';
import { decodePlaced, decodeTlvRecord, isEmptyRecord, photoLength, valueOfTlvRecord } from './decode-file.ts';
import { sessionErrors } from './errors.ts';
import { type CountingTransport, resolveResponse } from './resolve-response.ts';
import type { CardIdentity, CardSessionOptions, CardSummary, DecodedElement, SummaryOptions } from './types.ts';

const READ_BLOCK_BYTES = 256;
const PHOTO_FILE = 'DDF1/EF07';

export class CardSession {
  readonly cardFactor: Uint8Array;
  #provinceCode = '';
  readonly #options: CardSessionOptions;
  readonly #transport: CountingTransport;
  #directory: DirectoryName | null = null;
  #file: FileId | null = null;
  readonly #authenticated = new Set<CardKeySlotName>();

  private constructor(options: CardSessionOptions, cardFactor: Uint8Array) {
    this.#options = options;
    this.#transport = resolveResponse(options.transport);
    this.cardFactor = cardFactor;
  }

  /** Identifies the card: factor from the answer to reset, province from element 57 (free to read). */
  static async open(options: CardSessionOptions): Promise<CardSession> {
    const cardFactor = cardFactorFromAtr(options.atr, options.product);
    if (cardFactor === null) throw cardErrors.make('CARD_FOREIGN', { detail: `ATR ${bytesToHex(options.atr)}` });
    const session = new CardSession(options, cardFactor);
    await session.#identify();
    return session;
  }

  /** APDUs that went to the card, GET RESPONSE included. */
  get apdus(): number {
    return this.#transport.apdus;
  }

  get provinceCode(): string {
    return this.#provinceCode;
  }

  async #identify(): Promise<void> {
    const { file, element } = this.#options.profile.element('cityCode');
    try {
      await this.#selectFile(file);
    } catch (error) {
      // A blank, or another application's card with a look-alike answer to reset.
      if (isRhcError(error) && error.code === 'CARD_FILE_NOT_FOUND') {
        throw cardErrors.make('CARD_FOREIGN', { detail: `no ${file.id}`, cause: error });
      }
      throw error;
    }
    const record = await this.#send(readRecordByTag, element.item);
    const digits = bytesToHex(valueOfTlvRecord(element, record));
    if (!/^\d{6}$/.test(digits)) throw sessionErrors.make('CARD_CITY_CODE_INVALID');
    this.#provinceCode = digits.slice(0, 2);
  }

  /** Selects a directory unless it is the current one; the card then forgets every authentication. */
  async select(name: DirectoryName): Promise<void> {
    if (this.#directory === name) return;
    const { profile } = this.#options;
    const path = directoryPath(profile, this.#directory, name);
    this.#forget();
    for (const step of path) await this.#send(selectFile, profile.directory(step).fid);
    this.#directory = name;
  }

  /** External authentication with a key of its own directory; asked for once as long as the directory stays. */
  async authenticate(slotName: CardKeySlotName): Promise<void> {
    const slot = this.#options.profile.keySlot(slotName);
    await this.select(slot.directory);
    if (this.#authenticated.has(slotName)) return;
    const { keys } = this.#options;
    const version = await keys.activeVersion(slotName);
    const challenge = await this.#send(getChallenge);
    const answer = await keys.externalAuthentication({ ...this.#keyRequest(slotName, version), challenge });
    await this.#send(externalAuthenticate, { kid: slot.kid, ...answer, version });
    this.#authenticated.add(slotName);
  }

  /** True when the card proves that it holds the issuer's IRK. False is an answer, not an error. */
  async internalAuthenticate(): Promise<boolean> {
    const { keys, profile, random } = this.#options;
    const { kid, directory } = profile.keySlot('IRK.DDF1');
    await this.select(directory);
    const version = await keys.activeVersion('IRK.DDF1');
    const r1 = requireLength(random(8), 8, 'R1');
    const r2 = requireLength(random(8), 8, 'R2');
    const answer = await this.#send(internalAuthenticate, { kid, r1, r2, version });
    return keys.verifyInternalAuthentication({ ...this.#keyRequest('IRK.DDF1', version), r1, r2, answer });
  }

  /** All elements of a file; a cyclic file gives its records newest first, one after the other. */
  async readFile(id: FileId): Promise<readonly DecodedElement[]> {
    const file = await this.#openFile(id);
    switch (file.structure) {
      case 'tlv-records': {
        const elements: DecodedElement[] = [];
        for (const [index, element] of file.elements.entries()) {
          elements.push(decodeTlvRecord(this.#options, element, await this.#send(readRecord, index + 1)));
        }
        return elements;
      }
      case 'cyclic':
        return (await this.readCyclicRecords(id)).flat();
      case 'transparent':
        return decodePlaced(this.#options, file.elements, await this.#readContent(0, file.sizeBytes));
      case 'fixed-records':
        return [];
    }
  }

  /** Elements by id, each file and each key once, in the order asked for. */
  async readElements(ids: readonly string[]): Promise<readonly DecodedElement[]> {
    const wanted = ids.map((id) => this.#options.profile.element(id));
    const found = new Map<string, DecodedElement>();
    for (const file of this.#inDirectoryOrder(new Set(wanted.map((entry) => entry.file.id)))) {
      if (file.structure !== 'tlv-records') {
        for (const element of await this.readFile(file.id)) if (!found.has(element.id)) found.set(element.id, element);
        continue;
      }
      await this.#openFile(file.id);
      for (const { element } of wanted.filter((entry) => entry.file.id === file.id)) {
        const record = await this.#send(readRecordByTag, element.item);
        found.set(element.id, decodeTlvRecord(this.#options, element, record));
      }
    }
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /** Records of a cyclic file that hold something, newest first. */
  async readCyclicRecords(id: FileId): Promise<readonly (readonly DecodedElement[])[]> {
    const file = await this.#openFile(id);
    if (file.structure !== 'cyclic') throw new RangeError(`${id} is no cyclic file`);
    const records: (readonly DecodedElement[])[] = [];
    for (let number = 1; number <= file.recordCount; number++) {
      const record = await this.#readCyclicRecord(file, number);
      // The newest stand first: behind the first empty one there is nothing.
      if (record === null) break;
      records.push(record);
    }
    return records;
  }

  async #readCyclicRecord(file: CyclicFile, number: number): Promise<readonly DecodedElement[] | null> {
    try {
      const record = await this.#send(readRecord, number);
      return isEmptyRecord(record) ? null : decodePlaced(this.#options, file.elements, record);
    } catch (error) {
      if (isRhcError(error) && error.code === 'CARD_RECORD_NOT_FOUND') return null;
      throw error;
    }
  }

  /** Flags of an index file in record order: true = the slot holds a visit (00), false = empty (FF). */
  async readIndex(id: FileId): Promise<readonly boolean[]> {
    const file = await this.#openFile(id);
    if (file.structure !== 'fixed-records') throw new RangeError(`${id} is no index file`);
    const flags: boolean[] = [];
    for (let number = 1; number <= file.recordCount; number++) {
      const [flag] = await this.#send(readRecord, number);
      flags.push(flag === 0x00);
    }
    return flags;
  }

  /** The JPEG without its length, or null. */
  async readPhoto(): Promise<Uint8Array | null> {
    const file = await this.#openFile(PHOTO_FILE);
    const first = await this.#readContent(0, READ_BLOCK_BYTES);
    const length = photoLength(first, file.sizeBytes);
    if (length === 0) return null;
    const rest = await this.#readContent(first.length, Math.max(0, length + 2 - first.length));
    const photo = new Uint8Array(first.length + rest.length);
    photo.set(first);
    photo.set(rest, first.length);
    return photo.slice(2, 2 + length);
  }

  /** Issuer data and holder: DDF1/EF05, EF06. */
  async readIdentity(): Promise<CardIdentity> {
    const elements = await this.#readFiles(['DDF1/EF05', 'DDF1/EF06']);
    return { cardFactor: this.cardFactor, provinceCode: this.provinceCode, elements };
  }

  async readSummary(options: SummaryOptions = {}): Promise<CardSummary> {
    const identity = await this.#readFiles(['DDF1/EF05', 'DDF1/EF06', 'DDF1/EF08']);
    const photo = options.photo === true ? await this.readPhoto() : null;
    const contacts = await this.#readFiles(['DF01/EF05', 'DF01/EF06', 'DF01/EF07', 'DF01/EF08']);
    const alerts = await this.readFile('DF02/EF05');
    const allergies = (await this.readCyclicRecords('DF02/EF07')).map(([substance, reaction]) => ({
      substance: textOf(substance),
      reaction: textOf(reaction),
    }));
    const immunizations = (await this.readCyclicRecords('DF02/EF08')).map(([name, date]) => ({
      name: textOf(name),
      date: textOf(date),
    }));
    const psychiatric = options.psychiatric === true ? await this.readFile('DF02/EF06') : null;
    return { identity, contacts, alerts, allergies, immunizations, photo, psychiatric };
  }

  async #readFiles(ids: readonly FileId[]): Promise<readonly DecodedElement[]> {
    const elements: DecodedElement[] = [];
    for (const id of ids) elements.push(...(await this.readFile(id)));
    return elements;
  }

  /** Directory, read key and file, whatever of it is still missing. */
  async #openFile(id: FileId): Promise<ElementaryFile> {
    const file = this.#options.profile.file(id);
    if (file.read.kind === 'never') throw cardErrors.make('CARD_SECURITY_NOT_SATISFIED', { detail: `${id} is secret` });
    await this.select(file.directory);
    if (file.read.kind === 'key') await this.authenticate(file.read.slot);
    await this.#selectFile(file);
    return file;
  }

  async #selectFile(file: ElementaryFile): Promise<void> {
    await this.select(file.directory);
    if (this.#file === file.id) return;
    await this.#send(selectFile, file.fid);
    this.#file = file.id;
  }

  async #readContent(offset: number, length: number): Promise<Uint8Array> {
    const content = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const wanted = Math.min(READ_BLOCK_BYTES, length - done);
      const block = await this.#send(readBinary, offset + done, wanted);
      if (block.length === 0 || block.length > wanted) {
        throw cardErrors.make('CARD_ANSWER_MALFORMED', { detail: `READ BINARY gave ${block.length} of ${wanted}` });
      }
      content.set(block, done);
      done += block.length;
    }
    return content;
  }

  #inDirectoryOrder(ids: ReadonlySet<FileId>): readonly ElementaryFile[] {
    return this.#options.profile.files.filter((file) => ids.has(file.id));
  }

  #keyRequest(slot: CardKeySlotName, version: number) {
    return { slot, version, cardFactor: this.cardFactor, provinceCode: this.provinceCode };
  }

  async #send<Args extends readonly unknown[], Answer>(
    command: Command<CommandName, Args, Answer>,
    ...args: Args
  ): Promise<Answer> {
    try {
      return command.parse(await this.#transport.transmit(command.build(...args)));
    } catch (error) {
      // After a failure the card's state is uncertain (a reset drops authentication): start from SELECT next time. A
      // record that does not exist is an answer like another.
      if (!isRhcError(error) || error.code !== 'CARD_RECORD_NOT_FOUND') this.#forget();
      throw error;
    }
  }

  #forget(): void {
    this.#directory = null;
    this.#file = null;
    this.#authenticated.clear();
  }
}

function textOf(element: DecodedElement | undefined): string {
  return typeof element?.value === 'string' ? element.value : '';
}
