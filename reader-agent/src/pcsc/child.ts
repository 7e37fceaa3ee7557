/**
 * The PC/SC child process: the only file that imports the binding. pcsclite 1.0.1 connects exclusively by default, may
 * hang in close(), keeps `connected` after a card was pulled, and its monitor ends for good when the service restarts.
 * So this process holds nothing that would be missed: its parent may kill it at any moment.
 */
import { accessSync, constants } from 'node:fs';
import { codeFromMessage } from './codes.ts';
import {
  DEFAULT_PCSC_SOCKET,
  type FromChild,
  SCARD_E_INVALID_HANDLE,
  SCARD_E_NO_SERVICE,
  SCARD_E_NOT_TRANSACTED,
  SCARD_E_SERVICE_STOPPED,
  SCARD_E_UNKNOWN_READER,
  SCARD_F_COMM_ERROR,
  SCARD_W_REMOVED_CARD,
  SCARD_W_SECURITY_VIOLATION,
  type ToChild,
} from './messages.ts';

// Without a parent nobody needs us. SIGKILL, because the binding's threads may keep an ordinary exit waiting. Listened for
// before the binding is loaded: a parent that was killed meanwhile is not told of a second time.
const end = () => process.kill(process.pid, 'SIGKILL');
process.on('disconnect', end);
if (!process.connected) end();
const { default: pcsclite } = await import('pcsclite');

type Context = ReturnType<typeof pcsclite>;
type Reader = Context extends { on(type: 'reader', listener: (reader: infer R) => void): unknown } ? R : never;

const RETRY_MS = 250;
/** After a broken call: so long the monitor has to hear that the service is gone. */
const LOSS_HEARD_MS = 300;
/** pcscd looks at its slots every 400 ms. */
const PULL_HEARD_MS = 800;
/** Short APDUs only: 256 bytes of data and the status word; a little more because some drivers ask for it. */
const RESPONSE_LIMIT_BYTES = 264;

interface OpenReader {
  readonly reader: Reader;
  protocol: number;
  eventCount: number;
  /** Whoever waits to know whether the card was pulled. */
  onPulled: () => void;
}

const noOne = () => undefined;

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

/** libpcsclite says "no service" also where the socket is there and this account may not open it. */
function socketForbidden(): boolean {
  try {
    accessSync(process.env.PCSCLITE_CSOCK_NAME ?? DEFAULT_PCSC_SOCKET, constants.R_OK | constants.W_OK);
    return false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM';
  }
}

/**
 * @param established the service let this account in before: what breaks then is the pipe, whatever code libpcsclite read off
 *   it (seen in a loaded machine: "access denied" by the thread whose socket's number had gone to another context)
 */
function lost(ofGeneration: number, error: unknown, established: boolean): void {
  if (ofGeneration !== generation) return;
  const text = messageOf(error);
  let code = codeFromMessage(text);
  if (established && code === SCARD_W_SECURITY_VIOLATION) code = SCARD_E_SERVICE_STOPPED;
  if (code === SCARD_E_NO_SERVICE && socketForbidden()) code = SCARD_W_SECURITY_VIOLATION;
  say({ kind: 'service-lost', code, text });
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
      lost(mine, error, false);
      return;
    }
    context.on('error', (error: unknown) => lost(mine, error, true));
    context.on('reader', (reader: Reader) => watch(mine, reader));
    say({ kind: 'ready' });
  }, delayMs);
}

function watch(mine: number, reader: Reader): void {
  if (mine !== generation) return;
  const name = reader.name;
  const open: OpenReader = { reader, protocol: 0, eventCount: 0, onPulled: noOne };
  readers.set(name, open);
  say({ kind: 'reader', reader: name });
  // One reader's failing watch means that the service went away; the context's own monitor may not notice.
  reader.on('error', (error: unknown) => lost(mine, error, true));
  reader.on('end', () => {
    if (mine !== generation || readers.get(name)?.reader !== reader) return;
    readers.delete(name);
    say({ kind: 'reader-gone', reader: name });
  });
  reader.on('status', (status: { state: number; atr?: Uint8Array }) => {
    if (mine !== generation) return;
    const present = (status.state & reader.SCARD_STATE_PRESENT) !== 0;
    const eventCount = (status.state >>> 16) & 0xffff;
    const mute = (status.state & reader.SCARD_STATE_MUTE) !== 0;
    say({ kind: 'status', reader: name, present, mute, eventCount, atr: new Uint8Array(status.atr ?? []) });
    if (!present || eventCount !== open.eventCount) open.onPulled();
    open.eventCount = eventCount;
  });
}

/**
 * What PC/SC says first is not always what happened, so these two get a second look before a person is told. A service that
 * dies in the middle of a call breaks the pipe: a reader's fault, says libpcsclite, and the monitor hears of the loss in the
 * same moments. A card that is pulled in the middle of an APDU is "not transacted" until pcscd looks at the slot again.
 */
function refuse(id: number, code: number, text: string, open?: OpenReader): void {
  const tell = (told: number) => say({ kind: 'refused', id, code: told, text });
  const mine = generation;
  // An APDU to an open card is never a matter of rights: such an answer is a broken pipe's too.
  if (code === SCARD_F_COMM_ERROR || (code === SCARD_W_SECURITY_VIOLATION && open !== undefined)) {
    setTimeout(() => tell(mine === generation ? SCARD_F_COMM_ERROR : SCARD_E_SERVICE_STOPPED), LOSS_HEARD_MS);
  } else if (code === SCARD_E_NOT_TRANSACTED && open !== undefined) {
    const silent = setTimeout(() => {
      open.onPulled = noOne;
      tell(code);
    }, PULL_HEARD_MS);
    open.onPulled = () => {
      clearTimeout(silent);
      open.onPulled = noOne;
      tell(SCARD_W_REMOVED_CARD);
    };
  } else {
    tell(code);
  }
}

function connect(request: ToChild & { kind: 'connect' }, open: OpenReader): void {
  const { reader } = open;
  const share_mode = request.share === 'exclusive' ? reader.SCARD_SHARE_EXCLUSIVE : reader.SCARD_SHARE_SHARED;
  const protocol = reader.SCARD_PROTOCOL_T0 | reader.SCARD_PROTOCOL_T1;
  const go = () =>
    reader.connect({ share_mode, protocol }, (error: unknown, chosen: number) => {
      if (error) {
        refuse(request.id, codeFromMessage(messageOf(error)), messageOf(error));
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
        if (error) refuse(message.id, codeFromMessage(messageOf(error)), messageOf(error), open);
        // Some drivers take a pulled card's silence for an answer.
        else if (response.length < 2) refuse(message.id, SCARD_E_NOT_TRANSACTED, 'no status word', open);
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

// The terminal's Ctrl-C goes to the whole group; the parent closes us in its own order.
process.on('SIGINT', () => undefined);

begin(0);
