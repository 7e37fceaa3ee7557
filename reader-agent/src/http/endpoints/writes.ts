/** Writing on a card, and what became of it (ADR 008). A page sees its own writes, the desk all of them. */
import { endpoint, type Principal } from '@rhc/service-shell';
import {
  dismissRequest,
  patchRequest,
  visitRequest,
  writeAnswer,
  writeRecord,
  writesResponse,
} from '../../contract/index.ts';
import { DESK, grantOf } from '../callers.ts';
import type { EndpointParts } from '../endpoint-parts.ts';

const tag = '写卡 writing';
const access = ['summary.write'];

/** Under which name a caller's writes are kept; the desk's have none. */
const writerOf = (principal: Principal | null) => (principal === null ? null : grantOf(principal));

export function writeEndpoints({ cardWriter }: EndpointParts) {
  return [
    endpoint({
      method: 'post',
      path: '/v1/card/patch',
      access,
      tag,
      summary: { zh: '改写卡上项目,写后回读比对', en: 'Change elements, read back and compared' },
      body: patchRequest,
      response: writeAnswer,
      handle: ({ body, principal }) => cardWriter.patch(body, writerOf(principal)),
    }),
    endpoint({
      method: 'post',
      path: '/v1/card/visits',
      access,
      tag,
      summary: { zh: '写就诊记录', en: 'Write a visit' },
      body: visitRequest,
      response: writeAnswer,
      handle: ({ body, principal }) => cardWriter.visit(body, writerOf(principal)),
    }),
    endpoint({
      method: 'get',
      path: '/v1/writes',
      access: [DESK],
      tag,
      summary: { zh: '写卡记录', en: 'The journal of writes' },
      response: writesResponse,
      handle: () => ({ writes: cardWriter.writes() }),
    }),
    endpoint({
      method: 'get',
      path: '/v1/writes/:id',
      access,
      tag,
      summary: { zh: '一次写卡的结果', en: 'What became of a write' },
      response: writeRecord,
      handle: ({ params, principal }) => cardWriter.find(params.id ?? '', writerOf(principal)),
    }),
    endpoint({
      method: 'post',
      path: '/v1/writes/dismiss',
      access: [DESK],
      tag,
      summary: { zh: '作废一条不会再有结果的记录', en: 'Give up an entry whose card will not come back' },
      body: dismissRequest,
      response: writeRecord,
      handle: ({ body }) => cardWriter.dismiss(body.id),
    }),
  ];
}
