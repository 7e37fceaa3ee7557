/**
 * In the place of the agent's PC/SC child, for the bench of a day: one reader, one virtual card, put in and taken out at once
 * when the bench says so on a socket (RHC_BENCH_HAND); pcscd's own looking takes 400 ms a card. The agent is none the wiser.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { VirtualCard } from '@rhc/virtual-card/cos';
import { ProcessMemory } from '@rhc/virtual-card/memory';
import { cardKind, makeCard } from '../../scripts/simulator/cards.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READER = 'Bench Reader 00 00';
const PROTOCOL_T1 = 2;
const SCARD_W_REMOVED_CARD = 0x80100069;

const memory = new ProcessMemory((await makeCard(ROOT, cardKind('healthy'))).read());
const card = new VirtualCard({ memory, random: (length) => new Uint8Array(randomBytes(length)) });
let present = false;
let eventCount = 0;
const say = (message) => void process.send?.(message);

function status() {
  const atr = present ? card.atr : new Uint8Array(0);
  say({ kind: 'status', reader: READER, present, mute: false, eventCount, atr });
}

process.on('message', (/** @type {import('../dist/pcsc/messages.js').ToChild} */ message) => {
  const { kind, id } = message;
  const answer = (response) => say({ kind: 'answer', id, response });
  if (kind === 'transmit' || kind === 'connect') {
    if (!present) return say({ kind: 'refused', id, code: SCARD_W_REMOVED_CARD, text: 'no card' });
    if (kind === 'transmit') return answer(card.transmit(message.command));
    card.reset();
    return answer(Uint8Array.of(PROTOCOL_T1));
  }
  answer(null);
});
process.on('disconnect', () => process.exit(0));

createServer((socket) => {
  socket.on('error', () => undefined).setEncoding('utf8');
  socket.on('data', (line) => {
    present = String(line).startsWith('insert');
    if (present) card.powerOn();
    else card.powerOff();
    eventCount += 1;
    status();
    socket.write('done\n');
  });
}).listen(process.env.RHC_BENCH_HAND);
say({ kind: 'ready' });
say({ kind: 'reader', reader: READER });
status();
