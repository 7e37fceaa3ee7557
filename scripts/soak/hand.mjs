/**
 * Two cards in one process beside a private pcscd, put in and taken out by lines on standard input: `insert SLOT ATR`,
 * `remove SLOT`. A card that lies there comes back by itself when pcscd was restarted, as a real one does.
 */
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';

const ports = process.argv.slice(2).map(Number);
const RECONNECT_MS = 20;
/** @type {{ atr: Buffer | null, socket: import('node:net').Socket | null, round: number }[]} */
const slots = ports.map(() => ({ atr: null, socket: null, round: 0 }));

/** @param {number} at @param {number} round */
function connect(at, round) {
  const slot = slots[at];
  const port = ports[at];
  if (slot === undefined || port === undefined || slot.atr === null || slot.round !== round) return;
  const socket = createConnection(port, '127.0.0.1');
  slot.socket = socket;
  socket.setNoDelay(true);
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const frame = pending.subarray(2, 2 + pending.readUInt16BE(0));
      pending = pending.subarray(2 + frame.length);
      // Off, on and reset need no answer.
      if (frame.length > 1) reply(socket, Buffer.from('9000', 'hex'));
      else if (frame[0] === 4 && slot.atr !== null) reply(socket, slot.atr);
    }
  });
  socket.on('error', () => undefined);
  socket.on('close', () => setTimeout(() => connect(at, round), RECONNECT_MS));
}

/** @param {import('node:net').Socket} socket @param {Buffer} data */
function reply(socket, data) {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(data.length);
  socket.write(Buffer.concat([head, data]));
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [verb, slotText, atr = ''] = line.split(' ');
    const at = Number(slotText);
    const slot = slots[at];
    if (slot === undefined) return;
    slot.round += 1;
    slot.socket?.destroy();
    slot.atr = verb === 'insert' ? Buffer.from(atr, 'hex') : null;
    connect(at, slot.round);
  })
  .on('close', () => process.exit(0));
