/** The client against a reader of our own on a real socket: controls, split frames, ejection, return after a restart. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FrameReader } from './framing.ts';
import { type InsertedCard, VpcdClient } from './vpcd-client.ts';

let server: Server;
let port: number;
let client: VpcdClient;
let calls: string[];
let lost: unknown[];

const card = (answer: () => Uint8Array): InsertedCard => ({
  atr: Uint8Array.of(0x3b, 0x00),
  powerOn: () => void calls.push('on'),
  powerOff: () => void calls.push('off'),
  reset: () => void calls.push('reset'),
  transmit: async () => answer(),
});

beforeEach(async () => {
  calls = [];
  lost = [];
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  client = new VpcdClient({ host: '127.0.0.1', port, redialMs: 10, onCardLost: (error) => lost.push(error) });
});
afterEach(() => {
  client.eject();
  server.close();
});

async function accept(): Promise<Socket> {
  const [socket] = (await once(server, 'connection')) as [Socket];
  return socket.on('error', () => undefined);
}
/** The next answer frame as hex. */
async function answerTo(socket: Socket, hex: string): Promise<string> {
  const reader = new FrameReader();
  socket.write(Buffer.from(hex, 'hex'));
  for (;;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    const [frame] = reader.push(chunk);
    if (frame !== undefined) return Buffer.from(frame).toString('hex');
  }
}

test('controls are silent, the ATR and every APDU are answered, in order and from split frames', async () => {
  client.insert(card(() => Uint8Array.of(0x90, 0x00)));
  const reader = await accept();
  expect(await answerTo(reader, '000104')).toBe('3b00');
  reader.write(Buffer.from('000101000102', 'hex'));
  reader.write(Buffer.from('0005008400', 'hex'));
  expect(await answerTo(reader, '0008')).toBe('9000');
  expect(calls).toEqual(['on', 'reset']);
});

test('ejecting closes the connection and does not dial again; inserting does', async () => {
  client.insert(card(() => Uint8Array.of(0x90, 0x00)));
  const reader = await accept();
  const closed = once(reader, 'close');
  reader.resume();
  client.eject();
  await closed;
  expect(client.isConnected).toBe(false);
  client.insert(card(() => Uint8Array.of(0x6a, 0x82)));
  expect(await answerTo(await accept(), '00050084000008')).toBe('6a82');
});

test('a reader that went away is dialled again with the same card', async () => {
  client.insert(card(() => Uint8Array.of(0x90, 0x00)));
  (await accept()).destroy();
  expect(await answerTo(await accept(), '000104')).toBe('3b00');
  expect(calls).toContain('off');
});

test('a card that loses its power is pulled and reported', async () => {
  const fault = new Error('power');
  client.insert(
    card(() => {
      throw fault;
    }),
  );
  const reader = await accept();
  reader.resume();
  const closed = once(reader, 'close');
  reader.write(Buffer.from('00050084000008', 'hex'));
  await closed;
  expect(lost).toEqual([fault]);
  expect(client.isInserted).toBe(false);
});
