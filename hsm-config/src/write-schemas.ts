/** `node hsm-config/dist/write-schemas.js` writes `schemas/*.json` anew from the zod declarations. */
import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { schemaFiles } from './schemas.ts';

for (const [file, schema] of Object.entries(schemaFiles)) {
  const target = new URL(`../schemas/${file}`, import.meta.url);
  writeFileSync(target, `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`);
}
