/**
 * The folder of public vectors beside the checkout (`RHC_PUBLIC_VECTORS`, default `../shared/vectors`). It is not part of
 * the project: where it is missing, the tests that need it are skipped by the names in scripts/allowed-skips.json.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

export const publicVectorFolder = process.env.RHC_PUBLIC_VECTORS ?? resolve(__dirname, '../../../shared/vectors');
export const hasPublicVectors = existsSync(publicVectorFolder);

/** Wycheproof's frame; groups and tests stay as they are, each runner reads what it needs. */
const wycheproofFile = z
  .object({ numberOfTests: z.int(), testGroups: z.array(z.looseObject({ tests: z.array(z.unknown()) })) })
  .refine(
    (file) => file.testGroups.reduce((sum, group) => sum + group.tests.length, 0) === file.numberOfTests,
    'numberOfTests is the number of tests',
  );

export function wycheproofNames(): string[] {
  return readdirSync(publicVectorFolder)
    .filter((name) => name.endsWith('_test.json'))
    .sort();
}

export function loadWycheproof(name: string): z.infer<typeof wycheproofFile> {
  return wycheproofFile.parse(JSON.parse(readFileSync(join(publicVectorFolder, name), 'utf8')));
}
