/** What the HTTP interface takes and gives about stock of blank cards. */
import { z } from 'zod';
import { listQuery } from './list-query.ts';
import { fieldFault } from './texts.ts';

const id = z.string().min(1).max(64);
const count = z.int().min(0).max(10_000_000);
const counted = z.strictObject({ stock: count, inWork: count });
const transferState = z.enum(['offered', 'taken', 'withdrawn']);

/** GET /v1/stock/locations: by name. */
export const locationsQuery = listQuery({ most: 1000, usual: 200 });
/** POST /v1/stock/locations */
export const locationRequest = z.strictObject({ name: z.string().min(1).max(60) });
/** POST /v1/stock/deliveries: `list` is the supplier's CSV, base64. */
export const deliveryRequest = z.strictObject({
  locationId: id,
  supplier: z.string().min(1).max(60),
  list: z.base64(),
});
/** POST /v1/stock/transfers: the caller signs as the giver. */
export const offerRequest = z.strictObject({
  fromLocation: id,
  toLocation: id,
  boxes: z.array(z.string().max(40)).min(1).max(1000),
});
/** GET /v1/stock/transfers */
export const transfersQuery = listQuery({ most: 500, usual: 200 }).extend({ state: transferState.optional() });
/** POST /v1/stock/transfers/:id/take and /withdraw: the caller signs. */
export const takeRequest = z.strictObject({});
/** POST /v1/stock/write-offs: asks a second person for approval. */
export const writeOffRequest = z.strictObject({
  cardFactor: z.string().regex(/^[0-9A-F]{16}$/),
  movement: z.enum(['spoil', 'return-to-supplier']),
  reason: z.string().min(1).max(200),
});
/** POST /v1/stock/shifts */
export const openShiftRequest = z.strictObject({ locationId: id, counted });
/** POST /v1/stock/shifts/:id/close */
export const closeShiftRequest = z.strictObject({ counted });

const ledger = z.object({
  received: z.int(),
  stock: z.int(),
  inWork: z.int(),
  issued: z.int(),
  spoiled: z.int(),
  returned: z.int(),
});
export const locationResponse = z.object({ id: z.string() });
export const locationsResponse = z.object({
  locations: z.array(z.object({ id: z.string(), name: z.string(), ledger, openShift: z.string().nullable() })),
  next: z.string().nullable(),
});
export const deliveryResponse = z.object({
  rows: z.int(),
  taken: z.int(),
  refused: z.array(z.object({ row: z.int(), faults: z.array(fieldFault) })),
});
export const transferResponse = z.object({
  id: z.string(),
  fromLocation: z.string(),
  toLocation: z.string(),
  quantity: z.int(),
  giver: z.string(),
  givenAt: z.string(),
  taker: z.string().nullable(),
  endedAt: z.string().nullable(),
  state: transferState,
});
export const transfersResponse = z.object({ transfers: z.array(transferResponse), next: z.string().nullable() });
export const shiftResponse = z.object({
  id: z.string(),
  locationId: z.string(),
  openedBy: z.string(),
  openedAt: z.string(),
  closedBy: z.string().nullable(),
  closedAt: z.string().nullable(),
  ledger,
});

export type DeliveryRequest = z.infer<typeof deliveryRequest>;
export type OfferRequest = z.infer<typeof offerRequest>;
export type WriteOffRequest = z.infer<typeof writeOffRequest>;
export type OpenShiftRequest = z.infer<typeof openShiftRequest>;
export type CloseShiftRequest = z.infer<typeof closeShiftRequest>;
export type LocationsResponse = z.infer<typeof locationsResponse>;
export type DeliveryResponse = z.infer<typeof deliveryResponse>;
export type TransfersResponse = z.infer<typeof transfersResponse>;
