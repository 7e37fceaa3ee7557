/**
 * `npm run audit-export -- --url URL --token-file FILE --out DIR`: public key, leaves and checkpoints of a running
 * key-service as files for the offline check. A fresh checkpoint is asked for first, so that every leaf is covered.
 */

import { createPublicKey } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { failureText, readSecretFile } from '@rhc/service-shell';
import { keyServiceErrors } from '../errors.ts';
import { forbidCoreDumps } from '../hsm/process-limits.ts';
import { openNote, splitNotes } from './checkpoint.ts';

const PAGE = 1_000;

async function main(): Promise<void> {
  // Before the bearer token is in this process.
  forbidCoreDumps();
  const { url, 'token-file': tokenFile, out } = words();
  if (url === undefined || tokenFile === undefined || out === undefined) {
    throw keyServiceErrors.make('AUDIT_EXPORT_USAGE');
  }
  const token = readSecretFile(tokenFile).use((bytes) => Buffer.from(bytes).toString());
  const get = async (path: string): Promise<string> => {
    const response = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${token}` } }).catch(
      (cause: unknown) => {
        throw keyServiceErrors.make('KEY_SERVICE_UNREACHABLE', { cause });
      },
    );
    if (response.ok) return response.text();
    throw keyServiceErrors.make('KEY_SERVICE_ANSWER_INVALID', { detail: `${path}: status ${response.status}` });
  };
  mkdirSync(out, { recursive: true });
  await get('/v1/audit/checkpoint');
  const pem = await get('/v1/audit/key');
  writeFileSync(join(out, 'audit-key.pem'), pem);
  const key = createPublicKey(pem);

  const notes: string[] = [];
  for (let from = 0; ; ) {
    const page = splitNotes(await get(`/v1/audit/checkpoints?from=${from}&limit=${PAGE}`));
    notes.push(...page);
    const last = openNote(page.at(-1) ?? '', key);
    if (page.length < PAGE || typeof last === 'string') break;
    from = last.size + 1;
  }
  writeFileSync(join(out, 'checkpoints.txt'), notes.join('\n'));

  const leaves = join(out, 'leaves.jsonl');
  writeFileSync(leaves, '');
  let count = 0;
  for (let read = PAGE; read === PAGE; count += read) {
    const page = await get(`/v1/audit/leaves?from=${count}&limit=${PAGE}`);
    read = page.split('\n').length - 1;
    appendFileSync(leaves, page);
  }
  process.stdout.write(`记录 records: ${count} · 检查点 checkpoints: ${notes.length} → ${out}\n`);
}

function words() {
  try {
    const text = { type: 'string' } as const;
    return parseArgs({ options: { url: text, 'token-file': text, out: text } }).values;
  } catch (cause) {
    throw keyServiceErrors.make('AUDIT_EXPORT_USAGE', { cause });
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`${failureText(error)}\n`);
  process.exitCode = 1;
});
