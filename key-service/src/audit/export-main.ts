/**
 * `npm run audit-export -- --url URL --out DIR`, and who asks: `--identity DIR` (an operator's certificate, mutual TLS: a
 * session is begun and ended) or `--token-file FILE` (with `--authority FILE` over TLS). Public key, leaves and checkpoints
 * of a running key-service become files for the offline check. A fresh checkpoint is asked for first, so that every leaf is
 * covered.
 */

import { createPublicKey } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { failureText, readSecretFile, requireTlsFolder, tlsFetch } from '@rhc/service-shell';
import { signedInResponse } from '../contract/access.ts';
import { keyServiceErrors } from '../errors.ts';
import { forbidCoreDumps } from '../hsm/process-limits.ts';
import { openNote, splitNotes } from './checkpoint.ts';

const PAGE = 1_000;

async function main(): Promise<void> {
  // Before the bearer token is in this process.
  forbidCoreDumps();
  const { url, out, ...caller } = words();
  if (url === undefined || out === undefined) throw keyServiceErrors.make('AUDIT_EXPORT_USAGE');
  const session = await beginSession(url, caller);
  try {
    await exportLog(session.get, out);
  } finally {
    await session.end();
  }
}

interface Caller {
  readonly 'token-file'?: string | undefined;
  readonly identity?: string | undefined;
  readonly authority?: string | undefined;
}

interface ExportSession {
  get(path: string): Promise<string>;
  end(): Promise<void>;
}

/** @throws AUDIT_EXPORT_USAGE unless exactly one of token and certificate is named */
async function beginSession(url: string, caller: Caller): Promise<ExportSession> {
  const { 'token-file': tokenFile, identity: folder, authority } = caller;
  if ((tokenFile === undefined) === (folder === undefined) || (folder !== undefined && authority !== undefined)) {
    throw keyServiceErrors.make('AUDIT_EXPORT_USAGE');
  }
  const send = sender(folder, authority);
  const call = async (method: string, path: string, headers: Readonly<Record<string, string>>): Promise<Response> => {
    const response = await send(String(new URL(path, url)), { method, headers }).catch((cause: unknown) => {
      throw keyServiceErrors.make('KEY_SERVICE_UNREACHABLE', { cause });
    });
    if (response.ok) return response;
    const detail = `${path}: status ${response.status}`;
    if (response.status === 401 || response.status === 403)
      throw keyServiceErrors.make('AUDIT_EXPORT_REFUSED', { detail });
    throw keyServiceErrors.make('KEY_SERVICE_ANSWER_INVALID', { detail });
  };
  const bearer =
    tokenFile === undefined
      ? signedInResponse.parse(await (await call('POST', '/v1/sign-in/certificate', {})).json()).token
      : readSecretFile(tokenFile).use((bytes) => Buffer.from(bytes).toString());
  const headers = { authorization: `Bearer ${bearer}` };
  return {
    get: async (path) => (await call('GET', path, headers)).text(),
    end: async () => {
      if (tokenFile === undefined) await call('DELETE', '/v1/session', headers);
    },
  };
}

/** With a certificate, with an authority that vouches for the service, or as the system trusts. */
function sender(folder: string | undefined, authority: string | undefined): typeof fetch {
  if (folder !== undefined) {
    const identity = requireTlsFolder(folder);
    return tlsFetch(() => identity);
  }
  if (authority === undefined) return fetch;
  const pem = readAuthority(authority);
  return tlsFetch(() => ({ authority: pem }));
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw keyServiceErrors.make('AUDIT_EXPORT_USAGE', { cause, detail: path });
  }
}

async function exportLog(get: ExportSession['get'], out: string): Promise<void> {
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
    return parseArgs({ options: { url: text, 'token-file': text, identity: text, authority: text, out: text } }).values;
  } catch (cause) {
    throw keyServiceErrors.make('AUDIT_EXPORT_USAGE', { cause });
  }
}

await main().catch((error: unknown) => {
  process.stderr.write(`${failureText(error)}\n`);
  process.exitCode = 1;
});
