/** The store's books over HTTP: boxes, shifts, movements, audit. */
import { z } from 'zod';

const limit = z.coerce.number().int().min(1).max(1000).default(200);
const cursor = z.string().max(400).optional();
const locationId = z.string().min(1).max(64).optional();
const ledger = z.object({
  received: z.int(),
  stock: z.int(),
  inWork: z.int(),
  issued: z.int(),
  spoiled: z.int(),
  returned: z.int(),
});

/** GET /v1/stock/boxes, /v1/stock/shifts */
export const booksQuery = z.strictObject({ locationId, cursor, limit });
/** GET /v1/stock/movements: newest first, before a number. */
export const movementsQuery = z.strictObject({ locationId, before: z.coerce.number().int().min(1).optional(), limit });

export const boxesResponse = z.object({
  boxes: z.array(
    z.object({
      number: z.string(),
      supplier: z.string(),
      receivedBy: z.string(),
      receivedAt: z.string(),
      locationId: z.string(),
      free: z.int(),
      promised: z.int(),
      inWork: z.int(),
      issued: z.int(),
      spoiled: z.int(),
      returned: z.int(),
    }),
  ),
  next: z.string().nullable(),
});
export const shiftsResponse = z.object({
  shifts: z.array(
    z.object({
      id: z.string(),
      locationId: z.string(),
      openedBy: z.string(),
      openedAt: z.string(),
      closedBy: z.string().nullable(),
      closedAt: z.string().nullable(),
      counted: z.object({ stock: z.int(), inWork: z.int() }).nullable(),
      ledger,
    }),
  ),
  next: z.string().nullable(),
});
export const movementsResponse = z.object({
  movements: z.array(
    z.object({
      id: z.int(),
      at: z.string(),
      kind: z.string(),
      locationId: z.string(),
      cardFactor: z.string().nullable(),
      boxNumber: z.string().nullable(),
      transferId: z.string().nullable(),
      quantity: z.int(),
      actor: z.string(),
      witness: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});
/** GET /v1/stock/audit */
export const stockAuditResponse = z.object({
  locations: z.array(
    z.object({
      locationId: z.string(),
      name: z.string(),
      ledger,
      counted: ledger.omit({ received: true }),
      difference: z.int(),
      passedOn: z.int(),
      agrees: z.boolean(),
    }),
  ),
});

export type BoxesResponse = z.infer<typeof boxesResponse>;
export type ShiftsResponse = z.infer<typeof shiftsResponse>;
export type MovementsResponse = z.infer<typeof movementsResponse>;
export type StockAuditResponse = z.infer<typeof stockAuditResponse>;
