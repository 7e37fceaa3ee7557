/** A PDF drawn outside of the service's event loop: reading a Chinese font takes seconds, in which cards would wait. */
import { spawn } from 'node:child_process';
import { keyServiceErrors } from '../errors.ts';
import { findFont } from './minutes-pdf.ts';

const DEADLINE_MS = 120_000;

export async function drawnApart(
  program: string,
  text: string,
  which: 'minutes' | 'hand-over',
  font: string | undefined,
): Promise<Uint8Array> {
  // What can be told at once is told here, with its own sentence.
  const child = spawn(process.execPath, [program, which, findFont(font)], {
    env: {},
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: DEADLINE_MS,
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A child that ends early closes the pipe; its exit status says so already.
  child.stdin.on('error', () => undefined);
  child.stdin.end(text);
  const status = await ended;
  if (status !== 0) throw keyServiceErrors.make('MINUTES_PDF_FAILED', { detail: `exit status ${status}` });
  return Uint8Array.from(Buffer.concat(chunks));
}
