/** Starts a private reader stack with a virtual card in its first reader and a SAM in its second, prints its socket, and lives until its input ends. */
import { startReaderStack } from '../../../scripts/reader-stack/reader-stack.mjs';

const [folder] = process.argv.slice(2);
const stack = await startReaderStack({ socketDir: `${folder}/pcscd`, logFile: `${folder}/pcscd.log` });
const main = new URL('../../dist/main.js', import.meta.url).pathname;
const args = ['--image', `${folder}/cards/one.json`, '--transport-master', 'pilot', '--control', `${folder}/control`];
stack.enter([process.execPath, main, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
const sam = ['--image', `${folder}/sams/one.json`, '--kind', 'sam', '--transport-master', 'pilot', '--port', '35964'];
stack.enter([process.execPath, main, ...sam], { stdio: ['ignore', 'ignore', 'inherit'] });
process.stdout.write(`${stack.csockName}\n`);
process.stdin.resume().on('end', () => stack.stop().then(() => process.exit(0)));
