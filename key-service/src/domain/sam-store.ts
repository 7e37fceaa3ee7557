/** What SAM issue asks of storage. Serial, terminal number and chip are unique by the database's own rules. */
import type { Sam, SamListRequest, SamListResponse, SamMove, SamOrder, SamState } from '../contract/sams.ts';
import type { DialogueState } from './sam-issue.ts';

export interface SamDialogue {
  readonly id: string;
  readonly orderId: string;
  readonly samSerial: string | null;
  readonly state: DialogueState;
}

/** Of an order with nothing in it. */
export const NO_PROGRESS: Readonly<Record<SamState, number>> = {
  ordered: 0,
  'first-issued': 0,
  issued: 0,
  delivered: 0,
  returned: 0,
  revoked: 0,
};

export type SamMoveName = SamMove['what'];

export interface SamStore {
  /**
   * One order after the other, whichever node places it: serials count on from the highest in use.
   * @param samsAfter its SAMs, from the highest serial in use (null: none yet)
   * @throws SAM_TERMINAL_TAKEN when a terminal number belongs to a SAM that is not revoked
   */
  addOrder(order: Omit<SamOrder, 'progress'>, samsAfter: (lastSerial: string | null) => readonly Sam[]): Promise<void>;
  orders(): Promise<SamOrder[]>;
  find(samSerial: string): Promise<Sam | null>;
  list(request: SamListRequest): Promise<SamListResponse>;
  moves(samSerial: string): Promise<SamMove[]>;
  /** The SAM that this chip is, or the next one of the order that has no chip yet; null when there is none. */
  claim(orderId: string, samFactor: string, at: Date): Promise<Sam | null>;
  /** @throws SAM_MOVE_REFUSED from a state that does not lead there */
  move(samSerial: string, what: SamMoveName, by: { actor: string; note: string; at: Date }): Promise<void>;
  keepPin(samSerial: string, sealed: Uint8Array, versions: Sam['versions']): Promise<void>;
  /** The sealed PIN while its mailer waits. @throws SAM_PIN_PRINTED, SAM_MOVE_REFUSED */
  sealedPin(samSerial: string): Promise<Uint8Array>;
  /** Forgets these sealed PINs, all or none: their mailers are printed. @throws SAM_PIN_PRINTED when somebody else was first */
  forgetPins(
    pins: readonly { readonly samSerial: string; readonly sealed: Uint8Array }[],
    by: { actor: string; at: Date },
  ): Promise<void>;
  dialogue(id: string): Promise<SamDialogue | null>;
  keepDialogue(dialogue: SamDialogue, at: Date): Promise<void>;
  contact(samSerial: string, versions: Sam['versions'], at: Date): Promise<void>;
}
