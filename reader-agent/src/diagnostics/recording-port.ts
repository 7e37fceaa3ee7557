/** A PcscPort that writes down, redacted, the last dialogues that went through it. The real port does all the work. */
import { isRhcError } from '@rhc/card/errors';
import type { PcscEvent, PcscHandle, PcscHealth, PcscPort } from '../pcsc/port.ts';
import { isFailing, type RecordedDialogue, type RecordedExchange, type Recording, redactExchange } from './dialogue.ts';

const MAX_DIALOGUES = 20;
/** Failing ones are kept longer: they are what somebody will ask for. */
const MAX_FAILING = 20;
const MAX_EXCHANGES = 2000;

interface Open {
  readonly begunAt: string;
  readonly protocol: RecordedDialogue['protocol'];
  readonly exchanges: RecordedExchange[];
  failure: string | null;
}

export class RecordingPort implements PcscPort {
  readonly #port: PcscPort;
  readonly #clock: () => number;
  readonly #now: () => Date;
  readonly #open = new Map<number, Open>();
  #latest: RecordedDialogue[] = [];
  #failing: RecordedDialogue[] = [];

  /** @param clock milliseconds with fractions */
  constructor(port: PcscPort, clock: () => number, now: () => Date) {
    this.#port = port;
    this.#clock = clock;
    this.#now = now;
  }

  recording(): Recording {
    const dialogues = [...new Set([...this.#failing, ...this.#latest])];
    return {
      format: 'rhc-dialogues/1',
      dialogues: dialogues.sort((a, b) => (a.begunAt < b.begunAt ? -1 : 1)),
    };
  }

  subscribe(listener: (event: PcscEvent) => void): () => void {
    return this.#port.subscribe(listener);
  }

  async connect(reader: string, options: { readonly share: 'exclusive' | 'shared' }): Promise<PcscHandle> {
    const begunAt = this.#now().toISOString();
    try {
      const handle = await this.#port.connect(reader, options);
      this.#open.set(handle.id, { begunAt, protocol: handle.protocol ?? null, exchanges: [], failure: null });
      return handle;
    } catch (error) {
      this.#keep({ begunAt, protocol: null, exchanges: [], failure: codeOf(error) });
      throw error;
    }
  }

  async transmit(handle: PcscHandle, command: Uint8Array): Promise<Uint8Array> {
    const started = this.#clock();
    const note = (answer: Uint8Array | null) => {
      const open = this.#open.get(handle.id);
      if (open === undefined || open.exchanges.length >= MAX_EXCHANGES) return;
      open.exchanges.push(redactExchange(command, answer, this.#clock() - started));
    };
    try {
      const answer = await this.#port.transmit(handle, command);
      note(answer);
      return answer;
    } catch (error) {
      note(null);
      this.#end(handle, codeOf(error));
      throw error;
    }
  }

  async disconnect(handle: PcscHandle, disposition: 'reset' | 'leave'): Promise<void> {
    this.#end(handle, null);
    await this.#port.disconnect(handle, disposition);
  }

  health(): PcscHealth {
    return this.#port.health();
  }

  close(): Promise<void> {
    return this.#port.close();
  }

  #end(handle: PcscHandle, failure: string | null): void {
    const open = this.#open.get(handle.id);
    if (open === undefined) return;
    this.#open.delete(handle.id);
    this.#keep({ ...open, failure });
  }

  #keep(dialogue: RecordedDialogue): void {
    this.#latest = [...this.#latest, dialogue].slice(-MAX_DIALOGUES);
    if (isFailing(dialogue)) this.#failing = [...this.#failing, dialogue].slice(-MAX_FAILING);
  }
}

const codeOf = (error: unknown): string => (isRhcError(error) ? error.code : 'INTERNAL');
