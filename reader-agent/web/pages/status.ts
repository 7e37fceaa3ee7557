/** GET /v1/status: no person, no card number. */
import type { FaultBody } from '@rhc/console-shell';
import type { HotlistState } from '../../src/contract/index.ts';

export interface AgentStatus {
  readonly version: string;
  readonly ready: boolean;
  /** Only where no card is real. */
  readonly simulator?: string;
  readonly pcsc: {
    readonly state: 'starting' | 'running' | 'service-down' | 'stopped';
    readonly restarts: number;
    readonly error: FaultBody | null;
  };
  readonly readers: number;
  readonly cards: number;
  readonly issuerChannel: string;
  readonly clock: { readonly state: 'right' | 'wrong' | 'unknown'; readonly offSeconds: number | null };
  /** Null: none is set up. */
  readonly hotlist: HotlistState | null;
  readonly writes: { readonly open: number; readonly unreadable: number };
}
