/** Between this desk and card-issuer: the mailbox of the card that came last, and what waits to be told. */
import { endpoint, shellErrors } from '@rhc/service-shell';
import { eventQueueState, mailboxState } from '../../contract/index.ts';
import { DESK } from '../callers.ts';
import type { EndpointParts } from '../endpoint-parts.ts';

const shared = { access: [DESK], tag: '发卡系统 card-issuer' };

export function issuerEndpoints({ mailbox, queueSender }: EndpointParts) {
  const queue = () => {
    if (queueSender === null) throw shellErrors.make('ROUTE_UNKNOWN', { detail: 'no card-issuer is set up' });
    return queueSender;
  };
  return [
    endpoint({
      ...shared,
      method: 'get',
      path: '/v1/mailbox',
      summary: { zh: '最近一张卡的信箱情况', en: 'The mailbox of the card that came last' },
      response: mailboxState,
      handle: () => mailbox?.state ?? { on: false, reader: null, insertion: null, report: null },
    }),
    endpoint({
      ...shared,
      method: 'get',
      path: '/v1/event-queue',
      summary: { zh: '等待上报发卡系统的事件', en: 'What waits to be told to card-issuer' },
      response: eventQueueState,
      handle: () => queue().state(),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/v1/event-queue/send',
      summary: { zh: '立即上报', en: 'Tell it now' },
      response: eventQueueState,
      async handle() {
        await queue().run();
        return queue().state();
      },
    }),
  ];
}
