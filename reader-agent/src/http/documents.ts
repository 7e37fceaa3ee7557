/** The written form of the local API: the same bytes from the same tables (`docs/api`, checked by `documents.test.ts`). */
import { openApiDocument, unusedParts } from '@rhc/service-shell';
import { eventsDocument } from './async-api.ts';
import type { EndpointParts } from './endpoint-parts.ts';
import { agentEndpoints } from './endpoints/index.ts';

const VERSION = '1';

export function apiDocuments(): Readonly<Record<string, string>> {
  const description = {
    zh: '读卡程序的本机接口,只在回环地址上。网页须先配对;x-access 为所需授权,desk 为程序自己的页面与本机程序',
    en: 'Local API of the reader agent, on loopback only. Pages pair first; x-access names the scope, desk is the agent’s own page and programs of this machine',
  };
  const openApi = openApiDocument(
    { title: 'reader-agent', version: VERSION, description },
    agentEndpoints(unusedParts<EndpointParts>()),
  );
  return {
    'docs/api/reader-agent.json': text(openApi),
    'docs/api/reader-agent-events.json': text(eventsDocument(VERSION)),
  };
}

const text = (document: object): string => `${JSON.stringify(document, null, 1)}\n`;
