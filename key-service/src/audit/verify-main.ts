/**
 * `npm run audit-verify -- KEY.pem LEAVES.jsonl CHECKPOINTS.txt …`: checks an exported audit log without a service, a
 * database or a token. Checkpoints kept from an earlier export prove that nothing before them was changed since.
 * Ends with 0 when nothing is wrong, 1 when something is, 2 when it could not look.
 */
import { createPublicKey } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { failureText } from '@rhc/service-shell';
import { keyServiceErrors } from '../errors.ts';
import { keyFingerprint, splitNotes } from './checkpoint.ts';
import { reportText } from './report-text.ts';
import { verifyExport } from './verify-export.ts';

async function main(): Promise<number> {
  const files = process.argv.slice(2);
  const keyFiles = files.filter((name) => name.endsWith('.pem'));
  const leafFiles = files.filter((name) => name.endsWith('.jsonl'));
  const noteFiles = files.filter((name) => !name.endsWith('.pem') && !name.endsWith('.jsonl'));
  const [keyFile] = keyFiles;
  const [leafFile] = leafFiles;
  if (keyFile === undefined || leafFile === undefined || keyFiles.length > 1 || leafFiles.length > 1) {
    throw keyServiceErrors.make('AUDIT_VERIFY_USAGE');
  }
  const key = createPublicKey(readFileSync(keyFile));
  const notes = noteFiles.flatMap((name) => splitNotes(readFileSync(name, 'utf8')));
  const lines = createInterface({ input: createReadStream(leafFile, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  const report = await verifyExport(lines, notes, key);
  process.stdout.write(`${reportText(report, keyFingerprint(key))}\n`);
  return report.faults.length === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`${failureText(error)}\n`);
  return 2;
});
