/** The file that names further tokens: no PIN in it, only where each PIN's own file stands. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { FurtherToken } from './attach.ts';
import { keyServiceErrors } from './errors.ts';

const list = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case words joined by hyphens'),
      label: z.string().min(1).max(32),
      softHsmConf: z.string().min(1),
      pinFile: z.string().min(1),
    }),
  )
  .max(8);

export function readFurtherTokens(path: string | undefined): readonly FurtherToken[] {
  if (path === undefined) return [];
  try {
    return list.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw keyServiceErrors.make('HSM_TOKENS_FILE_INVALID', { cause, detail: path });
  }
}
