/** The AsyncAPI 3.0 document of the agent's events, from the schema by which they are sent (https://www.asyncapi.com/docs/reference/specification/v3.0.0). */
import { z } from 'zod';
import { localEvent } from '../contract/index.ts';
import { EVENT_VERSION, HEARS } from '../events/audience.ts';

export function eventsDocument(version: string): object {
  const events = localEvent.options.map((option) => {
    const name = option.shape.event.value;
    const { $schema: _, ...schema } = z.toJSONSchema(option.extend({ v: z.literal(EVENT_VERSION) }), { io: 'output' });
    return [name, { name, title: `${name} (${HEARS[name]})`, payload: schema }] as const;
  });
  const messages = Object.fromEntries(events.map(([name]) => [name, { $ref: `#/components/messages/${name}` }]));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'reader-agent',
      version,
      description:
        '读卡器与卡的事件。WebSocket 子协议 rhc.v1 与 bearer.<令牌>;?read=identity 附带身份 · Events of readers and cards. WebSocket with the subprotocols rhc.v1 and bearer.<token>; ?read=identity adds the identity. In brackets: the scope that hears it.',
    },
    servers: { agent: { host: '127.0.0.1:8103', protocol: 'ws' } },
    channels: { events: { address: '/v1/events', messages } },
    operations: {
      receiveEvents: {
        action: 'send',
        channel: { $ref: '#/channels/events' },
        summary: '程序向监听者发送 · sent to listeners',
      },
    },
    components: { messages: Object.fromEntries(events) },
  };
}
