/** The documents in `docs/api` are what the tables say; `RHC_WRITE_DOCS=1` writes them anew. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import { unusedParts } from '@rhc/service-shell';
import { localEvent } from '../contract/index.ts';
import { SCOPES } from '../contract/pairing.ts';
import { DESK } from './callers.ts';
import { apiDocuments } from './documents.ts';
import type { EndpointParts } from './endpoint-parts.ts';
import { agentEndpoints } from './endpoints/index.ts';

test.each(Object.keys(apiDocuments()))('%s is up to date', (path) => {
  const made = apiDocuments()[path] ?? '';
  if (process.env.RHC_WRITE_DOCS === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, made);
  }
  expect(readFileSync(path, 'utf8')).toBe(made);
});

test('every event of the contract stands in the AsyncAPI document, and every endpoint asks for a scope, the desk, or nobody on purpose', () => {
  const events = JSON.parse(apiDocuments()['docs/api/reader-agent-events.json'] ?? '{}');
  expect(Object.keys(events.channels.events.messages)).toEqual(
    localEvent.options.map(({ shape }) => shape.event.value),
  );
  const rows = agentEndpoints(unusedParts<EndpointParts>());
  const open = rows.filter(({ access }) => access === 'public').map(({ path }) => path);
  expect(
    open.filter((path) => !/^\/(v1\/)?status$|^\/v1\/pairing\/(requests|confirm|challenge|token)$|^\/sdk\//.test(path)),
  ).toEqual([]);
  for (const { access } of rows.filter((row) => row.access !== 'public')) {
    expect([DESK, ...SCOPES]).toEqual(expect.arrayContaining([...access]));
  }
});
