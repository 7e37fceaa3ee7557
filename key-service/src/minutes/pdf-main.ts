/** Draws one PDF in a process of its own: `node pdf-main.js minutes|hand-over [FONT]`, minutes on stdin, PDF on stdout. */
import { failureText } from '@rhc/service-shell';
import { minutesPdf } from './minutes-pdf.ts';

const [which, font] = process.argv.slice(2);
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
try {
  const text = Buffer.concat(chunks).toString('utf8');
  process.stdout.write(await minutesPdf(text, which === 'hand-over' ? 'hand-over' : 'minutes', font));
} catch (error) {
  process.stderr.write(failureText(error));
  process.exitCode = 1;
}
