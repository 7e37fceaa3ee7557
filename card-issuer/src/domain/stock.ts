/**
 * Blank cards as goods. Every listed chip stands at one location in one bucket; a location's ledger obeys
 * received = stock + in work + issued + spoiled + returned (FIELD.md, "What goes wrong elsewhere", 7). Passed on to another
 * location counts as returned by the giver and received by the taker.
 */
export const STOCK_BUCKETS = ['stock', 'in-work', 'issued', 'spoiled', 'returned'] as const;
export type StockBucket = (typeof STOCK_BUCKETS)[number];

export type StockMovement =
  /** Bound to an order, before the first write. */
  | 'take'
  /** Handed over to its holder. */
  | 'issue'
  | 'spoil'
  | 'return-to-supplier';

export const STOCK_MOVEMENTS: Readonly<
  Record<
    StockMovement,
    { readonly from: readonly StockBucket[]; readonly to: StockBucket; readonly twoPeople: boolean }
  >
> = {
  take: { from: ['stock'], to: 'in-work', twoPeople: false },
  issue: { from: ['in-work'], to: 'issued', twoPeople: false },
  spoil: { from: ['stock', 'in-work'], to: 'spoiled', twoPeople: true },
  'return-to-supplier': { from: ['stock'], to: 'returned', twoPeople: true },
};

export interface StockLedger {
  readonly received: number;
  readonly stock: number;
  readonly inWork: number;
  readonly issued: number;
  readonly spoiled: number;
  readonly returned: number;
}

/** What a person counted at a counter: blanks in the drawer, chips that are being worked on. */
export interface StockCount {
  readonly stock: number;
  readonly inWork: number;
}
