/**
 * A terminal's dialogue with a card in use: identify, authenticate, read (CARD-FACTS 2.1, 4.2, 6; CARD.md switches). The same
 * class serves the clinic (PC/SC) and the counter (remote agent): it knows only a Transport and TerminalKeys.
 *
 * Authentication state belongs to the current directory: selecting another one drops it (ADR 001 "A challenge"), and so
 * does this class. Files are read directory by directory so that each key is asked for once.
 */
import { requireLength } from '../bytes/index.ts';
import { internalAuthenticate, readRecord, readRecordByTag } from '../commands/index.ts';
import type { CardKeySlotName, CyclicFile, DirectoryName, ElementaryFile, FileId } from '../profile/types.ts';
import { CardDialogue, READ_BLOCK_BYTES } from './card-dialogue.ts';
import { decodePlaced, decodeTlvRecord, isEmptyRecord, photoLength } from './decode-file.ts';
import type {
  CardIdentity,
  CardSessionOptions,
  CardSummary,
  DecodedElement,
  Genuineness,
  SummaryOptions,
} from './types.ts';

const PHOTO_FILE = 'DDF1/EF07';

export class CardSession {
  /** What patching, visits and re-key are built on. */
  readonly dialogue: CardDialogue;
  readonly #options: CardSessionOptions;
  /** Read at the opening and never rewritten: not read again. */
  readonly #cityCodeRecord: Uint8Array;

  private constructor(dialogue: CardDialogue, cityCodeRecord: Uint8Array) {
    this.dialogue = dialogue;
    this.#options = dialogue.options;
    this.#cityCodeRecord = cityCodeRecord;
  }

  /** Identifies the card: factor from the answer to reset, province from element 57 (free to read). */
  static async open(options: CardSessionOptions): Promise<CardSession> {
    const { dialogue, cityCodeRecord } = await CardDialogue.open(options);
    return new CardSession(dialogue, cityCodeRecord);
  }

  get cardFactor(): Uint8Array {
    return this.dialogue.cardFactor;
  }

  /** APDUs that went to the card, GET RESPONSE included. */
  get apdus(): number {
    return this.dialogue.apdus;
  }

  get provinceCode(): string {
    return this.dialogue.provinceCode;
  }

  /** Selects a directory unless it is the current one; the card then forgets every authentication. */
  select(name: DirectoryName): Promise<void> {
    return this.dialogue.select(name);
  }

  /** External authentication with a key of its own directory; asked for once as long as the directory stays. */
  authenticate(slotName: CardKeySlotName): Promise<void> {
    return this.dialogue.authenticate(slotName);
  }

  /** Like `internalAuthenticate`, but keys that cannot tell (a SAM's) give `not-checked`, and nothing goes to the card. */
  async checkGenuine(): Promise<Genuineness> {
    if (this.#options.keys.internalAuthentication === 'not-available') return 'not-checked';
    return (await this.internalAuthenticate()) ? 'genuine' : 'not-genuine';
  }

  /**
   * True when the card proves that it holds the issuer's IRK. False is an answer, not an error.
   * @throws what the keys throw when they hold no IRK: then use `checkGenuine`
   */
  async internalAuthenticate(): Promise<boolean> {
    const { keys, profile, random } = this.#options;
    const { kid, directory } = profile.keySlot('IRK.DDF1');
    await this.select(directory);
    const version = await keys.activeVersion('IRK.DDF1');
    const r1 = requireLength(random(8), 8, 'R1');
    const r2 = requireLength(random(8), 8, 'R2');
    const answer = await this.dialogue.send(internalAuthenticate, { kid, r1, r2, version });
    return keys.verifyInternalAuthentication({ ...this.dialogue.keyRequest('IRK.DDF1', version), r1, r2, answer });
  }

  /** All elements of a file; a cyclic file gives its records newest first, one after the other. */
  async readFile(id: FileId): Promise<readonly DecodedElement[]> {
    const file = await this.#openFile(id);
    switch (file.structure) {
      case 'tlv-records': {
        const elements: DecodedElement[] = [];
        for (const [index, element] of file.elements.entries()) {
          const record =
            element.id === 'cityCode' ? this.#cityCodeRecord : await this.dialogue.send(readRecord, index + 1);
          elements.push(decodeTlvRecord(this.#options, element, record));
        }
        return elements;
      }
      case 'cyclic':
        return (await this.readCyclicRecords(id)).flat();
      case 'transparent':
        return decodePlaced(this.#options, file.elements, await this.dialogue.readContent(file, 0, file.sizeBytes));
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
        const record = await this.dialogue.send(readRecordByTag, element.item);
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
    const record = await this.dialogue.readRecord(file, number);
    return record === null || isEmptyRecord(record) ? null : decodePlaced(this.#options, file.elements, record);
  }

  /** Flags of an index file in record order: true = the slot holds a visit (00), false = empty (FF). */
  async readIndex(id: FileId): Promise<readonly boolean[]> {
    const file = await this.#openFile(id);
    if (file.structure !== 'fixed-records') throw new RangeError(`${id} is no index file`);
    const flags: boolean[] = [];
    for (let number = 1; number <= file.recordCount; number++) {
      const record = await this.dialogue.readRecord(file, number);
      flags.push(record?.[0] === 0x00);
    }
    return flags;
  }

  /** The JPEG without its length, or null. */
  async readPhoto(): Promise<Uint8Array | null> {
    const file = await this.#openFile(PHOTO_FILE);
    const first = await this.dialogue.readContent(file, 0, READ_BLOCK_BYTES);
    const length = photoLength(first, file.sizeBytes);
    if (length === 0) return null;
    const rest = await this.dialogue.readContent(file, first.length, Math.max(0, length + 2 - first.length));
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

  async #openFile(id: FileId): Promise<ElementaryFile> {
    const file = this.#options.profile.file(id);
    await this.dialogue.openFile(file, 'read');
    return file;
  }

  #inDirectoryOrder(ids: ReadonlySet<FileId>): readonly ElementaryFile[] {
    return this.#options.profile.files.filter((file) => ids.has(file.id));
  }
}

function textOf(element: DecodedElement | undefined): string {
  return typeof element?.value === 'string' ? element.value : '';
}
