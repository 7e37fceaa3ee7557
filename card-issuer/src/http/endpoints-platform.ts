/** For the regional health platform: what happened to cards, in line and resumable. */
import { type Endpoint, endpoint } from '@rhc/service-shell';
import type { Issuer } from '../app.ts';
import { platformEventsQuery, platformEventsResponse } from '../contract/index.ts';
import { PROGRAMS } from './access.ts';

export function platformEndpoints({ platformFeed }: Issuer): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/platform/events',
      access: PROGRAMS,
      tag: '区域卫生平台 Regional health platform',
      summary: {
        zh: '卡状态变动:按序、可续读、至少一次、编号不变;只含卡序列号、状态与区县',
        en: "Moves of cards: in order, resumable, at least once, ids that stay; the card's serial, states and county only",
      },
      query: platformEventsQuery,
      response: platformEventsResponse,
      handle: ({ query }) => platformFeed.read(query),
    }),
  ];
}
