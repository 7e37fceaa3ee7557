/**
 * Blank cards as goods: lists received, boxes passed on with two signatures, chips used, issued, spoiled and returned,
 * shifts opened and closed at difference 0. Every operation is one transaction with its idempotency key. (Over 300 lines:
 * every movement of a blank passes the same private step, and its signatures are read beside it.)
 */
import type { FieldFault } from '@rhc/card/errors';
import { type Clock, timestamp } from './clock.ts';
import { BLANK_LIST_RULES, readBlankList } from './domain/blank-list.ts';
import { STOCK_MOVEMENTS, type StockCount, type StockLedger, type StockMovement } from './domain/stock.ts';
import { requireTwoPeople } from './domain/two-people.ts';
import { issuerErrors } from './errors.ts';
import { idempotentCall } from './idempotent-call.ts';
import { type Page, type PageWish, readPage } from './page-cursor.ts';
import { type Database, isUniqueViolation, type ListPage, once, stock, stockTransfers } from './store/index.ts';

export interface StockParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly newId: (prefix: string) => string;
  /** True: a chip that no supplier listed is never personalized. */
  readonly listedBlanksOnly: boolean;
}

export interface BlankListReport {
  readonly rows: number;
  readonly taken: number;
  /** Rows that were refused, with their reasons. */
  readonly refused: readonly { readonly row: number; readonly faults: readonly FieldFault[] }[];
}

interface Signed {
  readonly actor: string;
  readonly witness?: string | undefined;
  readonly reason?: string | undefined;
}

export class Stock {
  readonly #parts: StockParts;

  constructor(parts: StockParts) {
    this.#parts = parts;
  }

  /** @throws STOCK_LOCATION_KNOWN */
  async addLocation(name: string, key: string | null): Promise<{ id: string }> {
    const { database, newId } = this.#parts;
    const at = this.#now();
    return once(database, idempotentCall('stock-location', key, { name }, at), async (transaction) => {
      const id = newId('l');
      await stock.insertLocation(transaction, { id, name, at });
      return { id };
    }).catch((error: unknown) => {
      throw isUniqueViolation(error) ? issuerErrors.make('STOCK_LOCATION_KNOWN', { cause: error }) : error;
    });
  }

  locations(): Promise<stock.StockLocation[]> {
    return stock.listLocations(this.#parts.database);
  }

  /** By name. @throws CURSOR_WRONG */
  locationsPage(wish: PageWish): Promise<Page<stock.StockLocation>> {
    const list = (page: ListPage) => stock.listLocations(this.#parts.database, page);
    return readPage(wish, ['string'], list, ({ name }) => [name]);
  }

  transfers(): Promise<stockTransfers.StockTransfer[]> {
    return stockTransfers.listTransfers(this.#parts.database, {});
  }

  /** Newest first, by cursor. @throws CURSOR_WRONG */
  transfersPage(
    wish: PageWish & { readonly state?: stockTransfers.StockTransfer['state'] | undefined },
  ): Promise<Page<stockTransfers.StockTransfer>> {
    const list = (page: ListPage) => stockTransfers.listTransfers(this.#parts.database, { state: wish.state }, page);
    return readPage(wish, ['string', 'string'], list, ({ givenAt, id }) => [givenAt, id]);
  }

  /** @throws BLANK_NOT_LISTED, BLANK_NOT_IN_STOCK: told to the one who asks, before a second person is asked */
  async requireInStock(cardFactor: string): Promise<void> {
    const unit = await stock.findUnit(this.#parts.database, cardFactor);
    if (unit === null) throw issuerErrors.make('BLANK_NOT_LISTED');
    if (unit.bucket !== 'stock') throw issuerErrors.make('BLANK_NOT_IN_STOCK');
  }

  /** A supplier's list that came with the goods. @throws STOCK_LIST_UNREADABLE, STOCK_LOCATION_UNKNOWN */
  async receive(
    list: Uint8Array,
    delivery: { readonly locationId: string; readonly supplier: string; readonly actor: string },
    key: string | null,
  ): Promise<BlankListReport> {
    const { database } = this.#parts;
    const rows = readBlankList(list);
    const at = this.#now();
    const call = idempotentCall('stock-receive', key, { ...delivery, rows }, at);
    return once(database, call, async (transaction) => {
      if ((await stock.lockLedger(transaction, delivery.locationId)) === null) {
        throw issuerErrors.make('STOCK_LOCATION_UNKNOWN');
      }
      const sound = rows.filter((row) => row.faults.length === 0);
      const known = await stock.findKnownFactors(
        transaction,
        sound.map((row) => row.cardFactor),
      );
      const fresh = sound.filter((row) => !known.has(row.cardFactor));
      const boxes = new Map<string, number>();
      for (const { box } of fresh) boxes.set(box, (boxes.get(box) ?? 0) + 1);
      for (const [number, quantity] of boxes) {
        await stock.insertBox(transaction, { number, supplier: delivery.supplier, receivedBy: delivery.actor, at });
        const { locationId, actor } = delivery;
        await stock.insertMovement(transaction, {
          at,
          kind: 'receive',
          locationId,
          boxNumber: number,
          quantity,
          actor,
        });
      }
      await stock.insertUnits(
        transaction,
        fresh.map((row) => ({ cardFactor: row.cardFactor, boxNumber: row.box, locationId: delivery.locationId })),
      );
      const refused = rows
        .filter((row) => row.faults.length > 0 || known.has(row.cardFactor))
        .map((row) => ({ row: row.row, faults: row.faults.length > 0 ? row.faults : [BLANK_LIST_RULES.chipKnown] }));
      return { rows: rows.length, taken: fresh.length, refused };
    });
  }

  /** The giver signs: the boxes' free blanks are promised and locked, and stay in the giver's book. */
  async offer(
    request: {
      readonly fromLocation: string;
      readonly toLocation: string;
      readonly boxes: readonly string[];
      readonly giver: string;
    },
    key: string | null,
  ): Promise<stockTransfers.StockTransfer> {
    const { database, newId } = this.#parts;
    const at = this.#now();
    return once(database, idempotentCall('stock-offer', key, request, at), async (transaction) => {
      for (const place of [request.fromLocation, request.toLocation].toSorted()) {
        if ((await stock.lockLedger(transaction, place)) === null) throw issuerErrors.make('STOCK_LOCATION_UNKNOWN');
      }
      if (request.fromLocation === request.toLocation) throw issuerErrors.make('STOCK_LOCATION_UNKNOWN');
      const transfer: stockTransfers.StockTransfer = {
        id: newId('t'),
        fromLocation: request.fromLocation,
        toLocation: request.toLocation,
        quantity: 1,
        giver: request.giver,
        givenAt: at,
        taker: null,
        endedAt: null,
        state: 'offered',
      };
      await stockTransfers.insertTransfer(transaction, transfer);
      const promise = { id: transfer.id, from: request.fromLocation, boxes: request.boxes };
      const quantity = await stockTransfers.promiseBoxes(transaction, promise);
      if (quantity === 0) throw issuerErrors.make('BLANK_NOT_IN_STOCK');
      await stockTransfers.setTransferQuantity(transaction, transfer.id, quantity);
      return { ...transfer, quantity };
    });
  }

  /** The taker signs: only now do the blanks change books. @throws TRANSFER_UNKNOWN, SECOND_PERSON_MISSING */
  async take(transferId: string, taker: string, key: string | null): Promise<stockTransfers.StockTransfer> {
    const at = this.#now();
    return once(
      this.#parts.database,
      idempotentCall('stock-take', key, { transferId, taker }, at),
      async (transaction) => {
        const transfer = await this.#offered(transaction, transferId);
        requireTwoPeople(transfer.giver, taker);
        if (!(await stockTransfers.endTransfer(transaction, transfer, { taker, at })))
          throw issuerErrors.make('TRANSFER_UNKNOWN');
        for (const locationId of [transfer.fromLocation, transfer.toLocation]) {
          await stock.insertMovement(transaction, {
            at,
            kind: 'transfer',
            locationId,
            transferId,
            quantity: transfer.quantity,
            actor: transfer.giver,
            witness: taker,
          });
        }
        return { ...transfer, taker, endedAt: at, state: 'taken' };
      },
    );
  }

  /** The giver takes the offer back. @throws TRANSFER_UNKNOWN */
  async withdraw(transferId: string, key: string | null): Promise<stockTransfers.StockTransfer> {
    const at = this.#now();
    const call = idempotentCall('stock-withdraw', key, { transferId }, at);
    return once(this.#parts.database, call, async (transaction) => {
      const transfer = await this.#offered(transaction, transferId);
      const ended = await stockTransfers.endTransfer(transaction, transfer, { taker: null, at });
      if (!ended) throw issuerErrors.make('TRANSFER_UNKNOWN');
      return { ...transfer, endedAt: at, state: 'withdrawn' };
    });
  }

  /** A blank that no card is bound to: waste, or back to its supplier. Two people sign. */
  async writeOff(
    cardFactor: string,
    movement: 'spoil' | 'return-to-supplier',
    signed: { readonly actor: string; readonly witness: string; readonly reason: string },
    key: string | null,
  ): Promise<{ cardFactor: string }> {
    const { database } = this.#parts;
    requireTwoPeople(signed.actor, signed.witness);
    const at = this.#now();
    const call = idempotentCall('stock-write-off', key, { cardFactor, movement, ...signed }, at);
    return once(database, call, async (transaction) => {
      const unit = await stock.findUnit(transaction, cardFactor);
      if (unit === null) throw issuerErrors.make('BLANK_NOT_LISTED');
      // A chip in work belongs to a card: it is spoiled with its card.
      if (unit.bucket !== 'stock') throw issuerErrors.make('BLANK_NOT_IN_STOCK');
      await this.#move(transaction, unit, movement, signed, at);
      return { cardFactor };
    });
  }

  /** @throws BLANK_NOT_LISTED, BLANK_NOT_IN_STOCK; for a look before the work begins */
  async requireUsable(database: Database, cardFactor: string): Promise<void> {
    this.#checkUsable(await stock.findUnit(database, cardFactor));
  }

  #checkUsable(unit: stock.StockUnit | null): void {
    if (unit === null) {
      if (this.#parts.listedBlanksOnly) throw issuerErrors.make('BLANK_NOT_LISTED');
      return;
    }
    if (unit.bucket !== 'stock' || unit.transferId !== null) throw issuerErrors.make('BLANK_NOT_IN_STOCK');
  }

  /** The card's side of the books, inside the card's own transaction; chips that nobody listed are not in the books. */
  async follow(transaction: Database, cardFactor: string, movement: StockMovement, signed: Signed): Promise<void> {
    const unit = await stock.findUnit(transaction, cardFactor);
    if (movement === 'take') this.#checkUsable(unit);
    if (unit !== null) await this.#move(transaction, unit, movement, signed, this.#now());
  }

  /** As `follow`, for a chip that may have left the books before: one that was issued stays issued. */
  async endWork(transaction: Database, cardFactor: string, movement: 'issue' | 'spoil', signed: Signed): Promise<void> {
    const unit = await stock.findUnit(transaction, cardFactor);
    if (unit?.bucket === 'in-work') await this.#move(transaction, unit, movement, signed, this.#now());
  }

  /** @throws STOCK_COUNT_DIFFERS with the differences, SHIFT_OPEN_ALREADY */
  async openShift(
    request: { readonly locationId: string; readonly actor: string; readonly counted: StockCount },
    key: string | null,
  ): Promise<stock.StockShift> {
    const { database, newId } = this.#parts;
    const at = this.#now();
    return once(database, idempotentCall('shift-open', key, request, at), async (transaction) => {
      const book = await stock.lockLedger(transaction, request.locationId);
      if (book === null) throw issuerErrors.make('STOCK_LOCATION_UNKNOWN');
      requireSame(book, request.counted);
      const id = newId('s');
      await stock.insertShift(transaction, { ...request, id, at }, book);
      return this.#shift(transaction, id);
    }).catch((error: unknown) => {
      throw isUniqueViolation(error) ? issuerErrors.make('SHIFT_OPEN_ALREADY', { cause: error }) : error;
    });
  }

  /** @throws SHIFT_UNKNOWN, STOCK_COUNT_DIFFERS with the differences: the shift stays open */
  async closeShift(
    shiftId: string,
    request: { readonly actor: string; readonly counted: StockCount },
    key: string | null,
  ): Promise<stock.StockShift> {
    const at = this.#now();
    const call = idempotentCall('shift-close', key, { shiftId, ...request }, at);
    return once(this.#parts.database, call, async (transaction) => {
      const { locationId } = await this.#shift(transaction, shiftId);
      await stock.lockLedger(transaction, locationId);
      const shift = await this.#shift(transaction, shiftId);
      requireSame(shift.ledger, request.counted);
      if (!(await stock.closeShift(transaction, shiftId, { ...request, at }))) throw issuerErrors.make('SHIFT_UNKNOWN');
      return this.#shift(transaction, shiftId);
    });
  }

  async #move(
    transaction: Database,
    unit: stock.StockUnit,
    movement: StockMovement,
    signed: Signed,
    at: string,
  ): Promise<void> {
    const { from, to, twoPeople } = STOCK_MOVEMENTS[movement];
    const fits = from.includes(unit.bucket) && (await stock.moveUnit(transaction, unit, to));
    if (!fits) throw issuerErrors.make('BLANK_NOT_IN_STOCK', { detail: `${movement} from ${unit.bucket}` });
    const { locationId, cardFactor, boxNumber } = unit;
    const witness = twoPeople ? signed.witness : undefined;
    const { actor, reason } = signed;
    const record = { at, kind: movement, locationId, cardFactor, boxNumber, quantity: 1, actor, witness, reason };
    await stock.insertMovement(transaction, record);
  }

  async #offered(transaction: Database, id: string): Promise<stockTransfers.StockTransfer> {
    const [transfer] = await stockTransfers.listTransfers(transaction, { id, state: 'offered' });
    if (transfer === undefined) throw issuerErrors.make('TRANSFER_UNKNOWN');
    return transfer;
  }

  async #shift(transaction: Database, id: string): Promise<stock.StockShift> {
    const shift = await stock.findShift(transaction, id);
    if (shift === null) throw issuerErrors.make('SHIFT_UNKNOWN');
    return shift;
  }

  #now(): string {
    return timestamp(this.#parts.clock.nowMs());
  }
}

function requireSame(book: StockLedger, counted: StockCount): void {
  const fields = (['stock', 'inWork'] as const)
    .filter((name) => book[name] !== counted[name])
    .map((name) => ({ field: name, rule: difference(book[name], counted[name]) }));
  if (fields.length > 0) throw issuerErrors.make('STOCK_COUNT_DIFFERS', { fields });
}

function difference(book: number, counted: number) {
  const by = counted - book;
  return { zh: `账面 ${book}，清点 ${counted}，差 ${by}`, en: `book ${book}, counted ${counted}, difference ${by}` };
}
