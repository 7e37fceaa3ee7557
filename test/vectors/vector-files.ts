/** Loads the vector files of test-vectors/ and checks their form: the same rules as schema/vector-file.schema.json. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

export const vectorFolder = resolve(__dirname, '../../test-vectors');

type Json = string | number | Json[] | { [key: string]: Json };
const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.string(), z.number(), z.array(json), z.record(z.string(), json)]),
);
const filled = z.record(z.string(), json).refine((value) => Object.keys(value).length > 0, 'at least one member');

export const vectorFile = z
  .strictObject({
    $schema: z.literal('./schema/vector-file.schema.json'),
    kind: z.enum([
      'dispersal',
      'session-key',
      'external-authentication',
      'internal-authentication',
      'protected-update',
      'mac-only-update',
      'key-check-value',
      'personalization-channel',
      'security-code',
      'certificate-to-be-signed',
      'certificate-chain',
      'block-cipher',
      'hash',
      'signature',
    ]),
    source: z.string().min(20),
    licence: z.string().min(3),
    notes: z.array(z.string().min(5)).min(1),
    count: z.int().min(1),
    vectors: z
      .array(
        z.strictObject({
          id: z.string().min(1),
          suite: z.enum(['intl-128', 'sm-128', 'pboc-3des']),
          input: filled,
          output: filled,
        }),
      )
      .min(1),
  })
  .refine((file) => file.count === file.vectors.length, 'count is the number of vectors')
  .refine((file) => new Set(file.vectors.map((one) => one.id)).size === file.count, 'ids are unique');

export type VectorFile = z.infer<typeof vectorFile>;
export type Vector = VectorFile['vectors'][number];

/** Every file at the top of the folder: a new one is found without a line of code. */
export function vectorFileNames(): string[] {
  return readdirSync(vectorFolder)
    .filter((name) => name.endsWith('.json'))
    .sort();
}

export function loadVectorFile(name: string): VectorFile {
  return vectorFile.parse(JSON.parse(readFileSync(join(vectorFolder, name), 'utf8')));
}
