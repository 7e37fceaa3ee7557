/**
 * The PC/SC child process: the only file that imports the binding. pcsclite 1.0.1 connects exclusively by default, may
 * hang in close(), keeps `connected` after a card was pulled, and its monitor ends for good when the service restarts.
 * So this process holds nothing that would be missed: its parent may kill it at any moment.
 */
import pcsclite from 'pcsclite';
import { codeFromMessage } from './codes.ts';
import { type FromChild, SCARD_E_INVALID_HANDLE, SCARD_E_UNKNOWN_READER, type ToChild } from './messages.ts';

type Context = ReturnType<typeof pcsclite>;
type Reader = Context extends { on(type: 'reader', listener: (reader: infer R) => void): unknown } ? R : never;

const RETRY_MS = 250;
/** Short APDUs only: 256 bytes of data and the status word; a little more because some drivers ask for it. */
const RESPONSE_LIMIT_BYTES = 264;

interface OpenReader {
  readonly reader: Reader;
  protocol: number;
}

let generation = 0;
let context: Context | null = null;
const readers = new Map<string, OpenReader>();

function say(message: FromChild): void {
  // A parent that is gone is handled by `disconnect`; the callback keeps a broken pipe from throwing here.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function lost(ofGeneration: number, error: unknown): void {
  if (ofGeneration !== generation) return;
  const text = messageOf(error);
  say({ kind: 'service-lost', code: codeFromMessage(text), text });
  begin(RETRY_MS);
}

/** Forgets the present context without closing it (close() may hang) and makes a new one, for as long as it takes. */
function begin(delayMs: number): void {
  generation += 1;
  const mine = generation;
  readers.clear();
  context?.removeAllListeners('reader');
  context = null;
  setTimeout(() => {
    if (mine !== generation) return;
    try {
      context = pcsclite();
    } catch (error) {
      lost(mine, error);
      return;
    }
    context.on('error', (error: unknown) => lost(mine, error));
    context.on('reader', (reader: Reader) => watch(mine, reader));
    say({ kind: 'ready' });
  }, delayMs);
}

function watch(mine: number, reader: Reader): void {
  if (mine !== generation) return;
  const name = reader.name;
  readers.set(name, { reader, protocol: 0 });
  say({ kind: 'reader', reader: name });
  // One reader's failing watch means that the service went away; the context's own monitor may not notice.
  reader.on('error', (error: unknown) => lost(mine, error));
  reader.on('end', () => {
    if (mine !== generation || readers.get(name)?.reader !== reader) return;
    readers.delete(name);
    say({ kind: 'reader-gone', reader: name });
  });
  reader.on('status', (status: { state: number; atr?: Uint8Array }) => {
    if (mine !== generation) return;
    say({
      kind: 'status',
      reader: name,
      present: (status.state & reader.SCARD_STATE_PRESENT) !== 0,
      mute: (status.state & reader.SCARD_STATE_MUTE) !== 0,
      eventCount: (status.state >>> 16) & 0xffff,
      atr: new Uint8Array(status.atr ?? []),
    });
  });
}

function refuse(id: number, error: unknown): void {
  const text = messageOf(error);
  say({ kind: 'refused', id, code: codeFromMessage(text), text });
}

function connect(request: ToChild & { kind: 'connect' }, open: OpenReader): void {
  const { reader } = open;
  const share_mode = request.share === 'exclusive' ? reader.SCARD_SHARE_EXCLUSIVE : reader.SCARD_SHARE_SHARED;
  const protocol = reader.SCARD_PROTOCOL_T0 | reader.SCARD_PROTOCOL_T1;
  const go = () =>
    reader.connect({ share_mode, protocol }, (error: unknown, chosen: number) => {
      if (error) {
        refuse(request.id, error);
        return;
      }
      open.protocol = chosen;
      say({ kind: 'answer', id: request.id, response: Uint8Array.of(chosen) });
    });
  if (!reader.connected) {
    go();
    return;
  }
  // A handle left over from a pulled card: disconnecting it may fail, and then pcsclite would go on believing in it.
  reader.disconnect(reader.SCARD_LEAVE_CARD, () => {
    reader.connected = false;
    go();
  });
}

process.on('message', (message: ToChild) => {
  if (message.kind === 'ping') return say({ kind: 'answer', id: message.id, response: null });
  if (message.kind === 'renew') {
    begin(0);
    return say({ kind: 'answer', id: message.id, response: null });
  }
  const open = readers.get(message.reader);
  if (open === undefined) {
    return say({ kind: 'refused', id: message.id, code: SCARD_E_UNKNOWN_READER, text: 'reader not watched' });
  }
  const { reader } = open;
  switch (message.kind) {
    case 'connect':
      return connect(message, open);
    case 'transmit': {
      if (!reader.connected) {
        return say({ kind: 'refused', id: message.id, code: SCARD_E_INVALID_HANDLE, text: 'not connected' });
      }
      const command = Buffer.from(message.command.buffer, message.command.byteOffset, message.command.byteLength);
      reader.transmit(command, RESPONSE_LIMIT_BYTES, open.protocol, (error: unknown, response: Uint8Array) => {
        // Card data must not linger in this process longer than needed.
        command.fill(0);
        if (error) refuse(message.id, error);
        else say({ kind: 'answer', id: message.id, response });
      });
      return;
    }
    case 'disconnect': {
      const how = message.disposition === 'reset' ? reader.SCARD_RESET_CARD : reader.SCARD_LEAVE_CARD;
      reader.disconnect(how, () => {
        reader.connected = false;
        say({ kind: 'answer', id: message.id, response: null });
      });
      return;
    }
  }
});

// Without a parent nobody needs us. SIGKILL, because the binding's threads may keep an ordinary exit waiting.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// The terminal's Ctrl-C goes to the whole group; the parent closes us in its own order.
process.on('SIGINT', () => undefined);

begin(0);
