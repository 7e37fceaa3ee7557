/**
 * Orders: cards and chips are reserved for one another in one transaction (number and blank are bound before anything
 * leaves the house), then the file is made and kept. A crash between the two leaves a reserved order, whose file is made by
 * asking again; a file that was made once never changes. (Over 300 lines: what is reserved and what is written into the file
 * must agree line by line, so both are read together.)
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { bytesToHex } from '@rhc/card/bytes';
import { encodeCardData, endDigest, filesDigest, securityCodeBlock } from '@rhc/card/personalization';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import type { BureauCardKeysResponse, CardPeople } from '@rhc/key-service/contract';
import { productionFingerprint } from '../domain/bulk.ts';
import {
  type BureauLine,
  FILE_VERSION,
  MAX_ORDER_LINES,
  ORDER_SCHEMA,
  type OrderFile,
  type OrderLine,
} from '../domain/bureau/index.ts';
import { issuerErrors } from '../errors.ts';
import { idempotentCall } from '../idempotent-call.ts';
import { type FrozenCard, frozenOrNew, suiteOfCertificate } from '../personalize/frozen-card.ts';
import { cardPeople } from '../personalize/key-service-keys.ts';
import { bulk, bureauOrders, bureaus, cards, type Database, isUniqueViolation, jobs, once } from '../store/index.ts';
import { fingerprint, sealEnvelope, signFile } from './cms/index.ts';
import { type BureauParts, bureauKeys, nowOf, requireBureau, requireOrder } from './parts.ts';
import { derOf } from './register.ts';

export interface OrderWish {
  readonly bureauId: string;
  /** These cards; without them the oldest orders that wait, `quantity` of them. */
  readonly cardIds?: readonly string[] | undefined;
  readonly quantity?: number | undefined;
  /** Instead: what the bureau could not make, on the same chips. */
  readonly repeatFailed?: boolean | undefined;
}

const CARDS_A_CALL = 20;
const SAMPLE_LINES = 5;
const PROOF_BYTES = 16;
const compressed = promisify(gzip);

/**
 * @throws BUREAU_UNKNOWN, BUREAU_STOCK_SHORT, BUREAU_NOTHING_TO_ORDER, BUREAU_CARDS_REFUSED naming the cards
 */
export async function placeOrder(
  parts: BureauParts,
  wish: OrderWish,
  actor: string,
  key: string | null,
): Promise<bureauOrders.BureauOrder> {
  const { database, newId } = parts;
  const at = nowOf(parts);
  const bureau = await requireBureau(database, wish.bureauId);
  const certificate = await parts.keys.issuerCertificate();
  const call = idempotentCall('bureau-order', key, { ...wish, actor }, at);
  const id = await once(database, call, async (transaction) => {
    const orderId = newId('bo');
    const lines =
      wish.repeatFailed === true
        ? await repeatedLines(parts, transaction, bureau)
        : await freshLines(parts, transaction, { bureau, wish, actor, certificate });
    if (lines.length === 0) throw issuerErrors.make('BUREAU_NOTHING_TO_ORDER');
    const numbered = lines.map((line, index) => ({
      ...line,
      line: index + 1,
      proof: bytesToHex(parts.random(PROOF_BYTES)),
    }));
    const order = { id: orderId, bureauId: bureau.id, createdBy: actor, createdAt: at };
    await bureauOrders.insertOrder(transaction, order, numbered);
    return orderId;
  }).catch((error: unknown) => {
    // Another order took a card at the same moment.
    throw isUniqueViolation(error) ? issuerErrors.make('BUREAU_CARDS_REFUSED', { cause: error }) : error;
  });
  return requireOrder(database, id);
}

type NewLine = Pick<BureauLine, 'cardId' | 'issueSerial' | 'cardFactor' | 'blankBox'>;

/** The chip stays with its card: number, content and chip of the second try are those of the first. */
async function repeatedLines(
  parts: BureauParts,
  transaction: Database,
  bureau: bureaus.BureauRecord,
): Promise<NewLine[]> {
  const failed = await bureauOrders.listFailedLines(transaction, bureau.id, MAX_ORDER_LINES);
  const at = nowOf(parts);
  for (const line of failed) await bureauOrders.moveLine(transaction, line, 'repeated');
  for (const orderId of new Set(failed.map((line) => line.orderId))) {
    await bureauOrders.closeOrderWhenDone(transaction, orderId, at);
  }
  return failed.map(({ cardId, issueSerial, cardFactor, blankBox }) => ({ cardId, issueSerial, cardFactor, blankBox }));
}

async function freshLines(
  parts: BureauParts,
  transaction: Database,
  order: {
    readonly bureau: bureaus.BureauRecord;
    readonly wish: OrderWish;
    readonly actor: string;
    readonly certificate: string;
  },
): Promise<NewLine[]> {
  const chosen = await chosenCards(transaction, order.wish);
  const chips = await bureaus.takeFreeBlanks(transaction, order.bureau.locationId, chosen.length);
  if (chips.length < chosen.length) {
    const rule = {
      zh: `制卡中心库存 ${chips.length} 张,需要 ${chosen.length} 张`,
      en: `the bureau has ${chips.length} blanks, ${chosen.length} are needed`,
    };
    throw issuerErrors.make('BUREAU_STOCK_SHORT', { fields: [{ field: 'quantity', rule }] });
  }
  const signed = { actor: order.actor, at: nowOf(parts) };
  const lines: NewLine[] = [];
  for (const [index, card] of chosen.entries()) {
    const { cardFactor, boxNumber } = chips[index] as { cardFactor: string; boxNumber: string };
    const places = { database: transaction, clock: parts.clock, issuer: parts.issuer };
    const frozen = await frozenOrNew(places, card, () => Promise.resolve(order.certificate));
    await parts.stock.follow(transaction, cardFactor, 'take', signed);
    await jobs.dropJob(transaction, card.id);
    await cards.moveCard(transaction, card, 'bind-chip', signed, {
      card_factor: cardFactor,
      issue_date: frozen.issueDate,
      expiry_date: frozen.expiryDate,
      card_data: cards.freezeCardData(transaction, card.id, frozen.data),
    });
    lines.push({ cardId: card.id, issueSerial: card.issueSerial, cardFactor, blankBox: boxNumber });
  }
  return lines;
}

async function chosenCards(transaction: Database, wish: OrderWish): Promise<cards.Card[]> {
  if (wish.cardIds === undefined) return cards.listOldestOrdered(transaction, wish.quantity ?? MAX_ORDER_LINES);
  const found: cards.Card[] = [];
  const fields: { field: string; rule: { zh: string; en: string } }[] = [];
  for (const [index, cardId] of [...new Set(wish.cardIds)].entries()) {
    const card = await cards.findCard(transaction, cardId);
    const job = await jobs.findJobOfCard(transaction, cardId);
    if (card?.state === 'ordered' && job?.state !== 'running') found.push(card);
    else {
      const rule = { zh: '不是待制的订单', en: 'is no order that waits to be made' };
      fields.push({ field: `cardIds[${index}]`, rule });
    }
  }
  if (fields.length > 0) throw issuerErrors.make('BUREAU_CARDS_REFUSED', { fields });
  return found;
}

/**
 * Makes the order's file, or answers with the one that was made. Keys are fetched for some cards at a time.
 * @throws BUREAU_NOT_SET_UP, and what key-service refuses
 */
export async function sealOrderFile(parts: BureauParts, orderId: string): Promise<bureauOrders.BureauOrder> {
  const { database, signer, random, clock } = parts;
  const order = await requireOrder(database, orderId);
  if (order.state !== 'reserved') return order;
  if (signer === null) throw issuerErrors.make('BUREAU_NOT_SET_UP', { detail: 'no signing key' });
  const bureau = await requireBureau(database, order.bureauId);
  const lines = await bureauOrders.listLines(database, orderId);
  const made: MadeLine[] = [];
  let head: Pick<BureauCardKeysResponse, 'suite' | 'transportKeyCheckValue'> | null = null;
  for (let from = 0; from < lines.length; from += CARDS_A_CALL) {
    const some = await linesWithKeys(parts, { order, bureau }, lines.slice(from, from + CARDS_A_CALL));
    head = some.head;
    made.push(...some.lines);
  }
  if (head === null) throw issuerErrors.make('BUREAU_NOTHING_TO_ORDER');
  await requireSample(database, made);
  const receiver = derOf(bureau.receivingCertificate);
  const file: OrderFile = {
    schema: ORDER_SCHEMA,
    version: FILE_VERSION,
    order: order.id,
    bureau: bureau.id,
    issuer: { code: parts.issuer.code, name: parts.issuer.name },
    madeAt: nowOf(parts),
    from: fingerprint(signer.certificate),
    to: fingerprint(receiver),
    product: rhcBlank1.id,
    profileVersion: nationalProfile.version,
    suite: head.suite,
    provinceCode: parts.issuer.cityCode.slice(0, 2),
    transportKey: { name: bureau.transportKey, form: 'TR-31 D', checkValue: head.transportKeyCheckValue },
    lines: made.map(({ written }) => written),
  };
  const plain = await compressed(Buffer.from(JSON.stringify(file)));
  const sealed = signFile(sealEnvelope(plain, receiver, random), signer, new Date(clock.nowMs()));
  const sha256 = createHash('sha256').update(sealed).digest('hex').toUpperCase();
  const at = nowOf(parts);
  const ours = await database.transaction(async (transaction) => {
    for (const { line, filesDigest: files, endDigest: end, keys } of made) {
      const changes = { filesDigest: files, endDigest: end, keys };
      if (!(await bureauOrders.moveLine(transaction, line, 'sent', changes))) return false;
    }
    return bureauOrders.sealOrder(transaction, orderId, { file: sealed, sha256, at });
  });
  if (ours) await parts.feed.record('bureau-order-sealed', null, { orderId, lines: made.length, sha256 });
  return requireOrder(database, orderId);
}

/** As at counters: more than a few cards of a new product, profile or key version only after two people saw a sample. */
async function requireSample(database: Database, made: readonly MadeLine[]): Promise<void> {
  const [first] = made;
  if (first === undefined || made.length <= SAMPLE_LINES) return;
  const production = { product: rhcBlank1.id, profileVersion: nationalProfile.version, keys: first.keys };
  if (await bulk.isApprovedSample(database, productionFingerprint(production))) return;
  throw issuerErrors.make('BUREAU_SAMPLE_MISSING');
}

interface MadeLine {
  readonly line: BureauLine;
  readonly written: OrderLine;
  readonly filesDigest: string;
  readonly endDigest: string;
  readonly keys: BureauLine['keys'];
}

async function linesWithKeys(
  parts: BureauParts,
  { order, bureau }: { readonly order: bureauOrders.BureauOrder; readonly bureau: bureaus.BureauRecord },
  lines: readonly BureauLine[],
): Promise<{ head: BureauCardKeysResponse; lines: MadeLine[] }> {
  const content = await Promise.all(lines.map((line) => frozenContent(parts, line)));
  const head = await bureauKeys(parts).cardKeys({
    transportKey: bureau.transportKey,
    issuer: parts.issuer.code,
    provinceCode: parts.issuer.cityCode.slice(0, 2),
    order: order.id,
    cards: lines.map(({ cardFactor }, index) => ({
      cardFactor,
      securityCodeBlock: (content[index] as FrozenContent).securityCodeBlock,
      people: (content[index] as FrozenContent).people,
    })),
  });
  const made = lines.map((line, index) => {
    const answer = head.cards[index];
    if (answer?.cardFactor !== line.cardFactor) {
      throw issuerErrors.make('KEY_SERVICE_ANSWER_WRONG', { detail: `bureau keys of line ${line.line}` });
    }
    return madeLine(parts, line, content[index] as FrozenContent, head.suite, answer);
  });
  return { head, lines: made };
}

interface FrozenContent {
  readonly frozen: FrozenCard;
  readonly securityCodeBlock: string;
  readonly people: CardPeople;
}

async function frozenContent(parts: BureauParts, line: BureauLine): Promise<FrozenContent> {
  const { database, crypto } = parts;
  const card = await cards.findCard(database, line.cardId);
  if (card === null) throw issuerErrors.make('CARD_UNKNOWN');
  const frozen = await frozenOrNew(parts, card, () => parts.keys.issuerCertificate());
  const suite = suiteOfCertificate(String(frozen.data.elements.issuerCertificate ?? ''));
  const block = securityCodeBlock(crypto, suite, card.cardNumber, frozen.expiryDate, card.issueSerial);
  return { frozen, securityCodeBlock: bytesToHex(block), people: cardPeople(card) };
}

function madeLine(
  { crypto }: BureauParts,
  line: BureauLine,
  { frozen }: FrozenContent,
  suite: BureauCardKeysResponse['suite'],
  answer: BureauCardKeysResponse['cards'][number],
): MadeLine {
  const data = { ...frozen.data, elements: { ...frozen.data.elements, securityCode: answer.securityCode } };
  const images = encodeCardData(nationalProfile, rhcBlank1, data);
  const files = filesDigest(crypto, suite, nationalProfile, images);
  const loads = answer.keys.flatMap(({ slot, version, kcv }) =>
    slot === 'TMK' ? [] : [{ slot, version, kcv: new Uint8Array(Buffer.from(kcv, 'hex')) }],
  );
  const end = endDigest(crypto, suite, nationalProfile, files, loads);
  const { issueSerial, cardFactor, blankBox, proof } = line;
  return {
    line,
    filesDigest: bytesToHex(files),
    endDigest: bytesToHex(end),
    keys: loads.map(({ slot, version, kcv }) => ({ slot, version, kcv: bytesToHex(kcv) })),
    written: {
      line: line.line,
      issueSerial,
      cardFactor,
      blankBox,
      keys: answer.keys.map(({ slot, version, block, kcv }) => ({ slot, version, block, kcv })),
      data: {
        elements: data.elements,
        allergies: data.allergies.map(({ substance, reaction }) => ({ substance, reaction })),
        immunizations: data.immunizations.map(({ name, date }) => ({ name, date })),
        photo: data.photo === null ? null : Buffer.from(data.photo).toString('base64'),
      },
      proof: { r1: proof.slice(0, PROOF_BYTES), r2: proof.slice(PROOF_BYTES) },
    },
  };
}

/** @throws BUREAU_ORDER_UNKNOWN, BUREAU_ORDER_NOT_SEALED */
export async function orderFileOf(parts: BureauParts, orderId: string): Promise<Uint8Array> {
  await requireOrder(parts.database, orderId);
  const file = await bureauOrders.findOrderFile(parts.database, orderId);
  if (file === null) throw issuerErrors.make('BUREAU_ORDER_NOT_SEALED');
  return file;
}
