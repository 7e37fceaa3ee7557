/**
 * What happened in a ceremony. Events are all there is: the state is made from script and events, the minutes are the
 * events, and each is a leaf of the audit log. No event ever holds a part or a key.
 */
import type { CeremonyRole } from '@rhc/hsm-config';

export type CeremonyMode = 'rehearsal' | 'real';
// A type, not an interface: it goes into the log's details as it is.
export type PlannedVersion = { readonly version: number; readonly state: 'active' | 'pre-active' };
type By = { readonly person: string };

export type CeremonyEvent =
  | {
      readonly kind: 'begun';
      readonly person: string;
      readonly mode: CeremonyMode;
      readonly script: string;
      readonly scriptVersion: number;
      readonly scriptHash: string;
      readonly versions: readonly PlannedVersion[];
    }
  | (By & { readonly kind: 'role-taken'; readonly role: CeremonyRole; readonly principal: string })
  | (By & { readonly kind: 'acted'; readonly step: string; readonly role: CeremonyRole; readonly round: number })
  | {
      readonly kind: 'token-seen';
      readonly step: string;
      readonly label: string;
      readonly serial: string;
      readonly model: string;
      readonly created: boolean;
      readonly knownAnswers: number;
    }
  | (By & {
      readonly kind: 'part-entered';
      readonly step: string;
      readonly key: string;
      readonly index: number;
      readonly kcv: string;
      readonly round: number;
    })
  | (By & {
      readonly kind: 'part-discarded';
      readonly step: string;
      readonly key: string;
      readonly index: number;
      readonly reason: string;
      readonly round: number;
    })
  | {
      readonly kind: 'key-made';
      readonly step: string;
      readonly key: string;
      readonly kcv: string;
      readonly how: 'pilot-text' | 'XOR' | 'SHAMIR' | 'generated' | 'key-block' | 'dispersed';
      readonly round: number;
      /** Of an export: the block, wrapped for the hand-over. */
      readonly block?: string;
    }
  | (By & {
      readonly kind: 'key-rejected';
      readonly step: string;
      readonly key: string;
      readonly reason: string;
      readonly round: number;
    })
  | {
      /** The step's privileged work runs under this request; its approvers, as the log has them too. */
      readonly kind: 'approved';
      readonly step: string;
      readonly approval: string;
      readonly hash: string;
      readonly approvers: readonly string[];
    }
  | { readonly kind: 'key-confirmed'; readonly step: string; readonly key: string; readonly kcv: string }
  | { readonly kind: 'key-activated'; readonly step: string; readonly key: string; readonly kcv: string }
  | { readonly kind: 'step-done'; readonly step: string; readonly round: number }
  | (By & {
      readonly kind: 'exception';
      readonly what: string;
      readonly why: string;
      readonly decision: string;
    })
  | (By & { readonly kind: 'interrupted'; readonly reason: string; readonly count: number })
  | (By & { readonly kind: 'resumed'; readonly reason: string; readonly count: number })
  | (By & { readonly kind: 'abandoned'; readonly reason: string })
  | { readonly kind: 'completed' };

export type CeremonyEventKind = CeremonyEvent['kind'];

/** Names an event within its ceremony; what may happen once has one name, so a repeated act doubles nothing. */
export function eventKey(event: CeremonyEvent): string {
  switch (event.kind) {
    case 'begun':
    case 'completed':
    case 'abandoned':
      return event.kind;
    case 'role-taken':
      return `role-taken/${event.role}/${event.person}`;
    case 'acted':
      return `acted/${event.step}/${event.role}/${event.round}`;
    case 'token-seen':
      return `token-seen/${event.step}`;
    case 'part-entered':
    case 'part-discarded':
      return `${event.kind}/${event.step}/${event.key}/${event.index}/${event.round}`;
    case 'key-made':
    case 'key-rejected':
      return `${event.kind}/${event.step}/${event.key}/${event.round}`;
    case 'key-confirmed':
    case 'key-activated':
      return `${event.kind}/${event.key}`;
    case 'step-done':
      return `step-done/${event.step}/${event.round}`;
    case 'approved':
      return `approved/${event.approval}`;
    case 'exception':
      return `exception/${event.person}/${event.what}/${event.why}/${event.decision}`;
    case 'interrupted':
    case 'resumed':
      return `${event.kind}/${event.count}`;
  }
}

export interface WrittenEvent {
  /** From 0, without a gap. */
  readonly sequence: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: CeremonyEvent;
  readonly log: { readonly id: string; readonly index: number | null };
}
