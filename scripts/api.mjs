/**
 * `npm run api`: writes `docs/api` and `docs/configuration.md` from the endpoint tables and settings of the built
 * services. The same table gives the same bytes; tests compare.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from '@rhc/service-shell';
import { API_TITLE, issuerEndpoints } from '../card-issuer/dist/http/endpoints.js';
import { issuerSettings } from '../card-issuer/dist/settings.js';
import { apiDocuments as keyServiceDocuments } from '../key-service/dist/documents.js';
import { settings as keyServiceSettings } from '../key-service/dist/settings.js';
import { apiDocuments as agentDocuments } from '../reader-agent/dist/http/documents.js';
import { agentSettings } from '../reader-agent/dist/settings.js';
import { configurationDocument } from './api/configuration.mjs';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
// Handlers alone use the service behind a row; the document needs none.
const issuer = openApiDocument(API_TITLE, issuerEndpoints(/** @type {any} */ ({})));
const documents = {
  ...keyServiceDocuments(),
  ...agentDocuments(),
  'docs/api/card-issuer.json': `${JSON.stringify(issuer, null, 2)}\n`,
  'docs/configuration.md': configurationDocument({
    'key-service': keyServiceSettings,
    'card-issuer': issuerSettings,
    'reader-agent': agentSettings,
  }),
};
for (const [path, content] of Object.entries(documents)) {
  mkdirSync(dirname(join(ROOT, path)), { recursive: true });
  writeFileSync(join(ROOT, path), content);
}
