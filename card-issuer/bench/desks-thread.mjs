/** The thread of `desks-in-process.mjs`: virtual cards answer batches here, as chips do beside the issuer's processor. */
import { parentPort } from 'node:worker_threads';
import { bytesToHex, hexToBytes } from '@rhc/card/bytes';
import { ProcessMemory, VirtualCard } from '../../virtual-card/dist/index.js';

/** Of each desk the card in its reader. @type {Map<string, VirtualCard>} */
const cards = new Map();

const port = /** @type {import('node:worker_threads').MessagePort} */ (parentPort);
port.on('message', ({ desk, chip, batch }) => {
  if (chip !== undefined) {
    const card = new VirtualCard({
      ...chip,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      memory: new ProcessMemory(),
    });
    card.powerOn();
    cards.set(desk, card);
    port.postMessage({ desk, atr: bytesToHex(card.atr) });
    return;
  }
  const { type, id, steps } = JSON.parse(batch);
  const card = cards.get(desk);
  if (type !== 'batch' || card === undefined) return;
  const started = performance.now();
  const responses = [];
  for (const { command, expectedStatusWords = [0x9000], stopOnMismatch = true } of steps) {
    const response = bytesToHex(card.transmit(hexToBytes(command)));
    responses.push(response);
    if (stopOnMismatch && !expectedStatusWords.includes(Number.parseInt(response.slice(-4), 16))) break;
  }
  const elapsedMs = Math.round(performance.now() - started);
  port.postMessage({ desk, answers: JSON.stringify({ type: 'answers', id, responses, elapsedMs }) });
});
