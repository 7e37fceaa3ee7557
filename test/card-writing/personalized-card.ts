/**
 * A card personalized in process with the pilot's keys, and a terminal for it. Each test gets a chip of its own from the same
 * content; `CutCard` is a reader in which the power fails at a chosen commit and the card can be put in again.
 */
import { createHash } from 'node:crypto';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { type CardData, localPersonalizationKeys, personalizeCard, securityCodeBlock } from '@rhc/card/personalization';
import { type AlgorithmSuite, type KeySlotName, nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { disperse, pilotRoot } from '@rhc/card/secure-messaging';
import { CardSession, localTerminalKeys, type TerminalKeys, type Transport } from '@rhc/card/session';
import {
  type ChipContent,
  historicalBytesOf,
  ProcessMemory,
  TearingMemory,
  type TearPoint,
  VirtualCard,
} from '../../virtual-card/src/index.ts';

export const PROVINCE = '13';
const SERIAL = Uint8Array.of(0, 0, 0, 0, 3, 1);
export const HISTORICAL_BYTES = historicalBytesOf(SERIAL);
const CARD_FACTOR = HISTORICAL_BYTES.slice(0, 8);

/** A repeatable source: the same test makes the same bytes. */
export function seededRandom(seed: string): (length: number) => Uint8Array {
  let count = 0;
  return (length) => {
    count += 1;
    return Uint8Array.from(createHash('sha256').update(`${seed} ${count}`).digest().subarray(0, length));
  };
}

export const SAMPLE_DATA: CardData = {
  elements: {
    cardClass: '1',
    specVersion: '2.0',
    issuerName: '石家庄市卫健委',
    issuerCode: '1301',
    issueDate: '2026-11-22',
    cardNumber: '130102199003070054',
    issueSerial: 'A00000001K',
    cityCode: '130100',
    name: '张三',
    sex: '1',
    ethnicGroup: '01',
    birthDate: '1990-03-07',
    idNumber: '130102199003070054',
    expiryDate: '2036-11-22',
    phone1: '13900000001',
  },
  allergies: [{ substance: '青霉素', reaction: '皮疹' }],
  immunizations: [
    { name: '乙肝', date: '2020-01-02' },
    { name: '卡介苗', date: '1990-03-08' },
  ],
  photo: null,
};

const root = (slot: KeySlotName, version: number) => pilotRoot(nodeCrypto, slot, version);

/** Content of a personalized chip; `versions` of every key, the first one active. */
export async function personalizedContent(
  suite: AlgorithmSuite = 'intl-128',
  versions: readonly number[] = [1],
  data: CardData = SAMPLE_DATA,
): Promise<ChipContent> {
  const { cardNumber, expiryDate, issueSerial } = data.elements as Record<string, string>;
  if (cardNumber === undefined || expiryDate === undefined || issueSerial === undefined) {
    throw new Error('card number, expiry date and serial make the security code');
  }
  const memory = new ProcessMemory();
  const card = new VirtualCard({
    memory,
    random: seededRandom('chip'),
    historicalBytes: HISTORICAL_BYTES,
    transportKey: Buffer.from(disperse(nodeCrypto, suite, root('TMK', 1), CARD_FACTOR)).toString('hex'),
    suite,
  });
  card.powerOn();
  const random = seededRandom('issuer');
  await personalizeCard({
    batch: {
      run: async (steps) => {
        const answers: { response: Uint8Array }[] = [];
        for (const { command, expectedStatusWords = [0x9000], stopOnMismatch = true } of steps) {
          const response = card.transmit(command);
          answers.push({ response });
          const sw = (response.at(-2) ?? 0) * 256 + (response.at(-1) ?? 0);
          if (stopOnMismatch && !expectedStatusWords.includes(sw)) break;
        }
        return answers;
      },
    },
    keys: localPersonalizationKeys({ crypto: nodeCrypto, suite, profile: nationalProfile, random, root, versions }),
    crypto: nodeCrypto,
    profile: nationalProfile,
    product: rhcBlank1,
    provinceCode: PROVINCE,
    securityCodeBlock: securityCodeBlock(nodeCrypto, suite, cardNumber, expiryDate, issueSerial),
    makeData: (securityCode) => ({ ...data, elements: { ...data.elements, securityCode } }),
    random,
  });
  const content = memory.read();
  if (content?.state !== 'operational') throw new Error('the card was not personalized');
  return content;
}

export function pilotTerminalKeys(suite: AlgorithmSuite = 'intl-128', activeVersion = 1): TerminalKeys {
  const random = seededRandom('terminal');
  return localTerminalKeys({ crypto: nodeCrypto, suite, profile: nationalProfile, random, root, activeVersion });
}

/** A reader with a card whose power fails once; afterwards the card answers again, reset, when `putBack`. */
export class CutCard implements Transport {
  readonly memory: TearingMemory;
  /** Commands in hex as they reached the chip. */
  readonly commands: string[] = [];
  readonly #inner: ProcessMemory;
  readonly #putBack: boolean;
  #card: VirtualCard;

  constructor(content: ChipContent, options: { tear?: TearPoint; putBack?: boolean } = {}) {
    this.#inner = new ProcessMemory(content);
    this.memory = new TearingMemory(this.#inner, options.tear ?? null);
    this.#putBack = options.putBack ?? false;
    this.#card = this.#insert();
  }

  get content(): ChipContent {
    const content = this.#inner.read();
    if (content === null) throw new Error('no chip');
    return content;
  }

  get atr(): Uint8Array {
    return this.#card.atr;
  }

  /** In use again after a test pulled it. */
  reset(): void {
    this.#card = this.#insert();
  }

  async transmit(command: Uint8Array): Promise<Uint8Array> {
    this.commands.push(Buffer.from(command).toString('hex').toUpperCase());
    try {
      return this.#card.transmit(command);
    } catch (error) {
      if (this.#putBack) this.#card = this.#insert();
      throw error;
    }
  }

  #insert(): VirtualCard {
    const card = new VirtualCard({ memory: this.memory, random: seededRandom(`challenges ${this.commands.length}`) });
    card.powerOn();
    return card;
  }
}

export function openSession(
  card: CutCard,
  keys: TerminalKeys = pilotTerminalKeys(),
  transport: Transport = card,
): Promise<CardSession> {
  const random = seededRandom('session');
  return CardSession.open({ transport, keys, profile: nationalProfile, product: rhcBlank1, atr: card.atr, random });
}

/** A file's records (or its content as one) as they stand in the chip, past every access rule. */
export function chipFile(content: ChipContent, id: string): readonly string[] {
  const file = nationalProfile.file(id);
  const directory = nationalProfile.directory(file.directory).fid;
  const entry = content.files.find((each) => each.directory === directory && each.fid === file.fid);
  if (entry === undefined) throw new Error(`the chip has no ${id}`);
  const { body } = entry;
  const parts = body.structure === 'transparent' ? [body.content] : body.records;
  return parts.map((part) => Buffer.from(part).toString('hex').toUpperCase());
}
