/** The store's books: what stands where, who moved it, shifts, and whether ledgers and chips agree. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import {
  booksQuery,
  boxesResponse,
  movementsQuery,
  movementsResponse,
  shiftsResponse,
  stockAuditResponse,
} from '../contract/index.ts';
import { STOCK_READERS } from './access.ts';

const row = { method: 'get', access: STOCK_READERS, tag: '库存 Stock' } as const;

export function stockBookEndpoints({ stockBooks }: Issuer): Endpoint[] {
  return [
    endpoint({
      ...row,
      path: '/v1/stock/boxes',
      summary: { zh: '箱及其中的空白卡', en: 'Boxes, with the blanks in them, newest delivery first' },
      query: booksQuery,
      response: boxesResponse,
      handle: async ({ query }) => {
        const { entries, next } = await stockBooks.boxes(query);
        return { boxes: entries, next };
      },
    }),
    endpoint({
      ...row,
      path: '/v1/stock/shifts',
      summary: { zh: '班次及其台账', en: 'Shifts with their ledgers, newest first' },
      query: booksQuery,
      response: shiftsResponse,
      handle: async ({ query }) => {
        const { entries, next } = await stockBooks.shifts(query);
        return { shifts: entries, next };
      },
    }),
    endpoint({
      ...row,
      path: '/v1/stock/movements',
      summary: { zh: '出入库流水', en: 'Movements with their signatures, newest first' },
      query: movementsQuery,
      response: movementsResponse,
      handle: async ({ query }) => ({ movements: await stockBooks.movements(query) }),
    }),
    endpoint({
      ...row,
      path: '/v1/stock/audit',
      summary: { zh: '对账:逐片清点与台账比较', en: 'Audit: chips counted anew beside the ledgers' },
      response: stockAuditResponse,
      handle: async () => ({ locations: await stockBooks.audit() }),
    }),
  ];
}
