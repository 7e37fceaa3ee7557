/** The bureau's side of card-issuer as one object: register, orders, returns, boxes, write-offs, the check at a counter. */

import { type PageWish, readPage } from '../page-cursor.ts';
import type { AgentHub } from '../personalize/agent-hub.ts';
import { bureauOrders, bureauReturns, bureaus, type ListPage } from '../store/index.ts';
import { announceBlanks, countBox, requireBox } from './boxes.ts';
import { checkAtCounter } from './counter-check.ts';
import { type OrderWish, orderFileOf, placeOrder, sealOrderFile } from './orders.ts';
import { type BureauParts, requireBureau, requireOrder } from './parts.ts';
import type { BureauEntry } from './register.ts';
import { registerBureau, requireEntry } from './register.ts';
import { reportOf, resumeReturns, takeReturn } from './returns.ts';
import { requireWritableOff, writeOff } from './write-off.ts';

export class Bureau {
  readonly #parts: BureauParts & { readonly hub: AgentHub };

  constructor(parts: BureauParts & { readonly hub: AgentHub }) {
    this.#parts = parts;
  }

  list() {
    return bureaus.listBureaus(this.#parts.database);
  }
  /** By name. @throws CURSOR_WRONG */
  page(wish: PageWish) {
    const list = (page: ListPage) => bureaus.listBureaus(this.#parts.database, page);
    return readPage(wish, ['string', 'string'], list, ({ name, id }) => [name, id]);
  }
  requireEntry(entry: BureauEntry) {
    return requireEntry(this.#parts, entry);
  }
  register(entry: BureauEntry, signed: { readonly actor: string; readonly witness: string }, key: string | null) {
    return registerBureau(this.#parts, entry, signed, key);
  }

  /** Reserves and makes the file at once; an order whose file could not be made stays reserved. */
  async order(wish: OrderWish, actor: string, key: string | null) {
    const placed = await placeOrder(this.#parts, wish, actor, key);
    return this.seal(placed.id);
  }
  async reserve(wish: OrderWish, actor: string, key: string | null) {
    return this.view((await placeOrder(this.#parts, wish, actor, key)).id);
  }
  async seal(orderId: string) {
    return this.view((await sealOrderFile(this.#parts, orderId)).id);
  }
  file(orderId: string) {
    return orderFileOf(this.#parts, orderId);
  }
  async view(orderId: string) {
    const { database } = this.#parts;
    const order = await requireOrder(database, orderId);
    const counts = await bureauOrders.countLines(database, orderId);
    return { ...order, counts, returns: await bureauReturns.listReturns(database, { orderId }) };
  }
  async lines(orderId: string) {
    await requireOrder(this.#parts.database, orderId);
    return bureauOrders.listLines(this.#parts.database, orderId);
  }
  /** By number. @throws CURSOR_WRONG */
  async linesPage(orderId: string, wish: PageWish) {
    await requireOrder(this.#parts.database, orderId);
    const list = (page: ListPage) => bureauOrders.listLines(this.#parts.database, orderId, page);
    return readPage(wish, ['number'], list, ({ line }) => [line]);
  }
  /** Newest first. @throws CURSOR_WRONG */
  ordersPage(wish: PageWish & { readonly bureauId?: string | undefined }) {
    const list = (page: ListPage) => bureauOrders.listOrders(this.#parts.database, wish, page);
    return readPage(wish, ['string', 'string'], list, ({ createdAt, id }) => [createdAt, id]);
  }

  takeReturn(orderId: string, file: Uint8Array, actor: string) {
    return takeReturn(this.#parts, orderId, file, actor);
  }
  report(returnId: string) {
    return reportOf(this.#parts, returnId);
  }
  resume(onFault: (error: unknown) => void) {
    return resumeReturns(this.#parts, onFault);
  }

  async boxes(bureauId: string) {
    await requireBureau(this.#parts.database, bureauId);
    return bureaus.listBoxes(this.#parts.database, bureauId);
  }
  /** Newest first. @throws CURSOR_WRONG */
  async boxesPage(wish: PageWish & { readonly bureauId: string }) {
    await requireBureau(this.#parts.database, wish.bureauId);
    const list = (page: ListPage) => bureaus.listBoxes(this.#parts.database, wish.bureauId, page);
    return readPage(wish, ['string', 'string'], list, ({ announcedAt, id }) => [announcedAt, id]);
  }
  box(id: string) {
    return requireBox(this.#parts.database, id);
  }
  announceBlanks(box: Parameters<typeof announceBlanks>[1], actor: string, key: string | null) {
    return announceBlanks(this.#parts, box, actor, key);
  }
  count(boxId: string, count: { readonly counted: number; readonly person: string }, key: string | null) {
    return countBox(this.#parts, boxId, count, key);
  }

  requireWritableOff(orderId: string) {
    return requireWritableOff(this.#parts, orderId);
  }
  writeOff(orderId: string, signed: Parameters<typeof writeOff>[2], key: string | null) {
    return writeOff(this.#parts, orderId, signed, key);
  }

  checkAtCounter(cardId: string, wish: Parameters<typeof checkAtCounter>[2]) {
    return checkAtCounter(this.#parts, cardId, wish);
  }
}
