/**
 * Time that a real reader and chip would take for one exchange (CARD.md, "Wire model"):
 * bytes on the wire, 2 ms USB and 12 ms COS per APDU, 3 ms per 64-byte page of non-volatile memory.
 */

export const DELAY_MODELS = ['none', 'contactless', 'contact'] as const;
export type DelayModel = (typeof DELAY_MODELS)[number];

/** As in `card/wire-model` (test/card-tool holds both together). Contactless: 106 kbit/s, 9 etu of 128 clocks at 13.56 MHz.
 * Contact: T=1, 11 etu of 372/4 clocks (D = 4) at f = 4 MHz. */
const MS_PER_BYTE: Readonly<Record<DelayModel, number>> = {
  none: 0,
  contactless: (9 * 128 * 1000) / 13_560_000,
  contact: (11 * 372 * 1000) / (4 * 4_000_000),
};

export function exchangeMs(
  model: DelayModel,
  exchange: { readonly commandBytes: number; readonly responseBytes: number; readonly writtenBytes: number },
): number {
  if (model === 'none') return 0;
  const wire = (exchange.commandBytes + exchange.responseBytes + 8) * MS_PER_BYTE[model];
  return wire + 14 + Math.ceil(exchange.writtenBytes / 64) * 3;
}
