/** What the agent and its PC/SC child say to each other (structured clone over the fork's pipe). */

export type ToChild =
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'connect'; readonly id: number; readonly reader: string; readonly share: 'exclusive' | 'shared' }
  | { readonly kind: 'transmit'; readonly id: number; readonly reader: string; readonly command: Uint8Array }
  | {
      readonly kind: 'disconnect';
      readonly id: number;
      readonly reader: string;
      readonly disposition: 'reset' | 'leave';
    }
  /** Second rung of the ladder: forget every context and begin again inside the same process. */
  | { readonly kind: 'renew'; readonly id: number };

export type FromChild =
  /** A context stands; the readers follow as `reader` messages. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'service-lost'; readonly code: number; readonly text: string }
  | { readonly kind: 'reader'; readonly reader: string }
  | { readonly kind: 'reader-gone'; readonly reader: string }
  /** `eventCount` is PC/SC's own counter of insertions and removals: a swap that was too quick to be seen moves it by two. */
  | {
      readonly kind: 'status';
      readonly reader: string;
      readonly present: boolean;
      readonly mute: boolean;
      readonly eventCount: number;
      readonly atr: Uint8Array;
    }
  /** To `connect`: one byte, the protocol that was agreed (SCARD_PROTOCOL_…). */
  | { readonly kind: 'answer'; readonly id: number; readonly response: Uint8Array | null }
  | { readonly kind: 'refused'; readonly id: number; readonly code: number; readonly text: string };

export const SCARD_E_UNKNOWN_READER = 0x80100009;
export const SCARD_E_INVALID_HANDLE = 0x80100003;
export const SCARD_E_NO_SERVICE = 0x8010001d;
export const SCARD_E_SERVICE_STOPPED = 0x8010001e;
export const SCARD_F_COMM_ERROR = 0x80100013;
export const SCARD_E_NOT_TRANSACTED = 0x80100016;
export const SCARD_W_REMOVED_CARD = 0x80100069;
export const SCARD_W_SECURITY_VIOLATION = 0x8010006a;
/** pcsc-lite's own; PCSCLITE_CSOCK_NAME names another. */
export const DEFAULT_PCSC_SOCKET = '/run/pcscd/pcscd.comm';
