/**
 * Which card the page shows when several lie there. The last resident card that was put in counts; a blank or a foreign
 * card in another reader never stands in the way; with a card slot assigned only that reader counts.
 */
export interface ReaderView {
  readonly reader: string;
  /** `resident` by its ATR until a reading shows it to be `blank`; `other`: no resident card (a SAM, a bank card). */
  readonly card: 'none' | 'resident' | 'blank' | 'other';
  /** Grows with every insertion that the page heard of. */
  readonly arrival: number;
  readonly role: 'card' | 'sam' | null;
}

const RANKS: Readonly<Record<ReaderView['card'], number>> = { none: -1, other: 0, blank: 1, resident: 2 };

/** @param chosen the reader that the clerk clicked; it counts as long as a card lies there */
export function readerToShow(readers: readonly ReaderView[], chosen: string | null): string | null {
  const present = readers.filter(({ card }) => card !== 'none');
  if (present.some(({ reader }) => reader === chosen)) return chosen;
  const slots = present.filter(({ role }) => role === 'card');
  const candidates = slots.length > 0 ? slots : present.filter(({ role }) => role !== 'sam');
  const best = [...candidates].sort((a, b) => RANKS[b.card] - RANKS[a.card] || b.arrival - a.arrival)[0];
  return best?.reader ?? null;
}
