/** A PC/SC child in process that answers as a test says: for codes that no pcscd of ours can be brought to give. */
import type { FromChild, ToChild } from '../../src/pcsc/messages.ts';
import type { PcscChild } from '../../src/pcsc/supervisor.ts';

export type Reaction = Uint8Array | null | { readonly code: number } | 'silence';

export class StandInChild implements PcscChild {
  readonly pid = 1;
  readonly asked: ToChild[] = [];
  killed = false;
  readonly #react: (message: ToChild) => Reaction;
  #tell: (message: FromChild) => void = () => undefined;
  #end: (reason: string) => void = () => undefined;

  constructor(react: (message: ToChild) => Reaction) {
    this.#react = react;
  }

  send(message: ToChild): void {
    this.asked.push(message);
    const reaction = message.kind === 'ping' ? null : this.#react(message);
    if (reaction === 'silence' || this.killed) return;
    const { id } = message;
    const hex = reaction !== null && 'code' in reaction ? `0x${reaction.code.toString(16)}` : '';
    this.#tell(
      reaction !== null && 'code' in reaction
        ? { kind: 'refused', id, code: reaction.code, text: `SCard error (${hex})` }
        : { kind: 'answer', id, response: reaction },
    );
  }
  onMessage(listener: (message: FromChild) => void): void {
    this.#tell = listener;
  }
  onExit(listener: (reason: string) => void): void {
    this.#end = listener;
  }
  kill(): void {
    this.killed = true;
  }
  /** The process ends by itself. */
  die(): void {
    this.killed = true;
    this.#end('child ended (SIGSEGV)');
  }
  say(message: FromChild): void {
    this.#tell(message);
  }
  /** A reader with a card in it, as a child reports it after its start. */
  reader(reader: string, eventCount: number, atr: Uint8Array | null): void {
    this.say({ kind: 'reader', reader });
    this.card(reader, eventCount, atr);
  }
  card(reader: string, eventCount: number, atr: Uint8Array | null, mute = false): void {
    this.say({
      kind: 'status',
      reader,
      present: atr !== null,
      mute,
      eventCount,
      atr: atr ?? new Uint8Array(0),
    });
  }
}
