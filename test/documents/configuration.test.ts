/** `docs/configuration.md` is what the settings say; `npm run api` writes it anew. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { issuerSettings } from '../../card-issuer/src/settings.ts';
import { settings } from '../../key-service/src/settings.ts';
import { agentSettings } from '../../reader-agent/src/settings.ts';
import { configurationDocument } from '../../scripts/api/configuration.mjs';

test('docs/configuration.md is up to date (npm run api)', () => {
  const made = configurationDocument({
    'key-service': settings,
    'card-issuer': issuerSettings,
    'reader-agent': agentSettings,
  });
  expect(readFileSync('docs/configuration.md', 'utf8')).toBe(made);
});
