/** The documents in `docs/api` are what the tables say; `npm run api` writes them anew. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { apiDocuments } from './documents.ts';

test.each(Object.entries(apiDocuments()))('%s is up to date (npm run api)', (path, made) => {
  expect(readFileSync(path, 'utf8')).toBe(made);
});
