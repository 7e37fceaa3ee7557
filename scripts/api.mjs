/** `npm run api`: writes `docs/api/ROOM.json` from the endpoint tables of the built services. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from '@rhc/service-shell';
import { API_TITLE, issuerEndpoints } from '../card-issuer/dist/http/endpoints.js';

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const folder = join(ROOT, 'docs/api');
mkdirSync(folder, { recursive: true });
// Handlers alone use the service behind a row; the document needs none.
const document = openApiDocument(API_TITLE, issuerEndpoints(/** @type {any} */ ({})));
writeFileSync(join(folder, 'card-issuer.json'), `${JSON.stringify(document, null, 2)}\n`);
