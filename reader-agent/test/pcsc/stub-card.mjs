/**
 * A card of forty lines on the vpcd socket, for tests of the reader path only: an ATR and fixed answers.
 * argv: port, ATR as hex. It speaks vpcd's framing (2-byte length; 00 off, 01 on, 02 reset, 04 ATR).
 */
import { createConnection } from 'node:net';

const port = Number(process.argv[2]);
const atr = Buffer.from(process.argv[3] ?? '', 'hex');
const answers = {
  '0084000008': '11223344556677889000',
  // 61xx and 6Cxx, as a T=0 card gives them.
  '00A4040000': '6104',
  '00C0000004': '6F0284009000',
  '00B2390400': '6C05',
  '00B2390405': '39031301009000',
};

const socket = createConnection(port, '127.0.0.1');
let pending = Buffer.alloc(0);
socket.setNoDelay(true);
socket.on('data', (chunk) => {
  pending = Buffer.concat([pending, chunk]);
  while (pending.length >= 2) {
    const length = pending.readUInt16BE(0);
    if (pending.length < 2 + length) return;
    const frame = pending.subarray(2, 2 + length);
    pending = pending.subarray(2 + length);
    if (length === 1) {
      if (frame[0] === 4) reply(atr);
      continue;
    }
    const hex = frame.toString('hex').toUpperCase();
    // INS FE: never answer, so that deadlines can be tried; FC: one byte, half a status word. INS 0E: echo of the data.
    if (hex.startsWith('00FE')) continue;
    if (hex.startsWith('00FC')) reply(Buffer.from('90', 'hex'));
    else if (hex.startsWith('000E')) reply(Buffer.concat([frame.subarray(5), Buffer.from('9000', 'hex')]));
    else reply(Buffer.from(answers[hex] ?? (hex.startsWith('00A4') ? '6A82' : '6D00'), 'hex'));
  }
});
socket.on('close', () => process.exit(0));
socket.on('error', () => process.exit(1));

function reply(data) {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(data.length);
  socket.write(Buffer.concat([head, data]));
}
