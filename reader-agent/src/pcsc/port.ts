/**
 * The narrow door to card readers. Everything above knows only this; behind it stands the supervised child process
 * (`supervised-port.ts`), in tests an in-process stand-in. Rejections are `RhcError`s of the agent's table.
 */
import type { ErrorBody } from '@rhc/card/errors';

export type PcscEvent =
  | { readonly kind: 'reader-added'; readonly reader: string }
  | { readonly kind: 'reader-removed'; readonly reader: string }
  /** `insertion` never repeats, not even over a restart of the agent. A mute card has an empty ATR. */
  | { readonly kind: 'card-inserted'; readonly reader: string; readonly atr: Uint8Array; readonly insertion: number }
  | { readonly kind: 'card-removed'; readonly reader: string; readonly insertion: number }
  | { readonly kind: 'trouble'; readonly error: ErrorBody }
  | { readonly kind: 'recovered' };

export interface PcscHandle {
  readonly id: number;
  readonly reader: string;
  readonly insertion: number;
  /** Agreed between reader and card; absent where no reader is (a stand-in). */
  readonly protocol?: 'T=0' | 'T=1' | 'raw';
}

export interface PcscHealth {
  readonly state: 'starting' | 'running' | 'service-down' | 'stopped';
  /** Child processes that were replaced since start. */
  readonly restarts: number;
  readonly childPid: number | null;
  readonly error: ErrorBody | null;
}

export interface PcscPort {
  subscribe(listener: (event: PcscEvent) => void): () => void;
  /** Climbs the ladder (again → new context → new process) before it gives up. */
  connect(reader: string, options: { readonly share: 'exclusive' | 'shared' }): Promise<PcscHandle>;
  transmit(handle: PcscHandle, command: Uint8Array): Promise<Uint8Array>;
  /** `reset` drops the card's authentication state, so that nobody goes on with our rights. Never rejects. */
  disconnect(handle: PcscHandle, disposition: 'reset' | 'leave'): Promise<void>;
  health(): PcscHealth;
  close(): Promise<void>;
}
