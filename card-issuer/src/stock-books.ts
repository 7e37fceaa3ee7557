/**
 * The store's books for those who look after it. `audit` counts every chip anew and sets the count beside the ledgers: the
 * triggers keep both alike, and whoever does not believe them can see it.
 */
import type { StockLedger } from './domain/stock.ts';
import { type Page, type PageWish, readPage } from './page-cursor.ts';
import { type Database, type ListPage, stock, stockBooks } from './store/index.ts';

export interface LedgerAudit {
  readonly locationId: string;
  readonly name: string;
  readonly ledger: StockLedger;
  /** Chips that stand at the place, by bucket. */
  readonly counted: Readonly<Record<'stock' | 'inWork' | 'issued' | 'spoiled' | 'returned', number>>;
  /** received − (stock + in work + issued + spoiled + returned); the database lets nothing but 0 stand. */
  readonly difference: number;
  /** Passed on to other places: in the ledger's `returned`, and no longer among the chips. */
  readonly passedOn: number;
  readonly agrees: boolean;
}

interface BooksWish extends PageWish {
  readonly locationId?: string | undefined;
}

export class StockBooks {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Newest delivery first. @throws CURSOR_WRONG */
  boxes(wish: BooksWish): Promise<Page<stockBooks.BoxCount>> {
    const list = (page: ListPage) => stockBooks.listBoxes(this.#database, wish, page);
    return readPage(wish, ['string', 'string', 'string'], list, (box) => [box.receivedAt, box.number, box.locationId]);
  }

  /** Newest first. @throws CURSOR_WRONG */
  shifts(wish: BooksWish): Promise<Page<stockBooks.ShiftEntry>> {
    const list = (page: ListPage) => stockBooks.listShifts(this.#database, wish, page);
    return readPage(wish, ['string', 'string'], list, ({ openedAt, id }) => [openedAt, id]);
  }

  movements(filter: Parameters<typeof stockBooks.listMovements>[1]): Promise<stockBooks.MovementEntry[]> {
    return stockBooks.listMovements(this.#database, filter);
  }

  async audit(): Promise<LedgerAudit[]> {
    const [places, units] = await this.#database.transaction(async (transaction) => [
      await stock.listLocations(transaction),
      await stock.countUnits(transaction),
    ]);
    return places.map(({ id, name, ledger }) => auditOf({ id, name, ledger }, units[id] ?? {}));
  }
}

function auditOf(
  place: { readonly id: string; readonly name: string; readonly ledger: StockLedger },
  units: Readonly<Record<string, number>>,
): LedgerAudit {
  const { ledger } = place;
  const counted = {
    stock: units.stock ?? 0,
    inWork: units['in-work'] ?? 0,
    issued: units.issued ?? 0,
    spoiled: units.spoiled ?? 0,
    returned: units.returned ?? 0,
  };
  const difference = ledger.received - ledger.stock - ledger.inWork - ledger.issued - ledger.spoiled - ledger.returned;
  const passedOn = ledger.returned - counted.returned;
  const same = (['stock', 'inWork', 'issued', 'spoiled'] as const).every((name) => ledger[name] === counted[name]);
  return {
    locationId: place.id,
    name: place.name,
    ledger,
    counted,
    difference,
    passedOn,
    agrees: same && difference === 0 && passedOn >= 0,
  };
}
