/** PDFs of card faces. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import { z } from 'zod';
import type { Issuer } from '../app.ts';
import { FACE_LAYOUTS } from '../domain/card-face/index.ts';
import { COUNTER } from './access.ts';
import { pathPart } from './request-parts.ts';

const tag = '卡面 Card face';
const PDF = 'application/pdf';
/** Names of the layouts. */
export const FACE_LAYOUT = z.enum(Object.keys(FACE_LAYOUTS) as [string, ...string[]]).default('plain');

export function faceEndpoints({ faces }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/cards/:id/face',
      access: COUNTER,
      tag,
      summary: { zh: '卡面 PDF:制卡页或 A4 校样', en: 'Card face as PDF: the printer’s page, or an A4 proof' },
      query: z.strictObject({ layout: FACE_LAYOUT, kind: z.enum(['card', 'proof']).default('card') }),
      answers: PDF,
      handle: async (call) => {
        call.ctx.type = PDF;
        call.ctx.set('Cache-Control', 'no-store');
        return Buffer.from(await faces.pdf(pathPart(call), call.query.layout, call.query.kind));
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/card-face/printer-test',
      access: COUNTER,
      tag,
      summary: { zh: '制卡打印机测试页', en: 'Test page of the card printer' },
      query: z.strictObject({ layout: FACE_LAYOUT }),
      answers: PDF,
      handle: async ({ ctx, query }) => {
        ctx.type = PDF;
        return Buffer.from(await faces.printerTest(query.layout));
      },
    }),
  ];
}
