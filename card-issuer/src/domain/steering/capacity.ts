/**
 * How many readers, counters and HSM calls a plan needs, by the wire model (CARD.md). What one personalization puts on the
 * wire is counted from the transcript that the card's own tests keep (`test-vectors/transcripts/personalization.jsonl`); a
 * test compares the two, so that a change to the card cannot leave this page behind.
 */
import {
  byteMs,
  COMPARED_LINKS,
  COS_MS,
  FRAME_BYTES,
  PAGE_WRITE_MS,
  USB_MS,
  type WireLink,
} from '@rhc/card/wire-model';

export interface DialogueCost {
  readonly apdus: number;
  readonly commandBytes: number;
  readonly responseBytes: number;
  /** 64-byte pages of non-volatile memory. */
  readonly pages: number;
  /** Round trips between card-issuer and agent. */
  readonly batches: number;
  readonly keyServiceCalls: number;
}

export const PERSONALIZATION_COST: DialogueCost = {
  apdus: 417,
  commandBytes: 8876,
  responseBytes: 27_546,
  pages: 185,
  batches: 4,
  keyServiceCalls: 3,
};

export interface CapacityPlan {
  readonly cards: number;
  readonly workingDays: number;
  readonly hoursPerDay: number;
  readonly linkId: string;
  /** Between counter and data centre, there and back. */
  readonly roundTripMs: number;
  /** Identity check, photo, hand-over, changing the card: what people do for one card. */
  readonly handlingSeconds: number;
  /** Chips that one person keeps busy at the same time (1 at a counter). */
  readonly readersPerPerson: number;
  /** Share of the time in which a reader has work, 0 to 1. */
  readonly utilization: number;
}

export interface Capacity {
  readonly chipSeconds: number;
  readonly networkSeconds: number;
  readonly cardsPerReaderHour: number;
  readonly cardsPerHour: number;
  readonly readers: number;
  readonly people: number;
  readonly keyServiceCallsPerSecond: number;
  readonly apdusPerSecond: number;
}

export const LINKS: readonly WireLink[] = COMPARED_LINKS;

/** Time of one personalization on the chip's side, in milliseconds. */
export function chipMs(link: WireLink, cost: DialogueCost = PERSONALIZATION_COST): number {
  const bytes = cost.commandBytes + cost.responseBytes + cost.apdus * FRAME_BYTES;
  return bytes * byteMs(link) + cost.apdus * (USB_MS + COS_MS) + cost.pages * PAGE_WRITE_MS;
}

/** @throws RangeError naming the member that is out of range */
export function planCapacity(plan: CapacityPlan, cost: DialogueCost = PERSONALIZATION_COST): Capacity {
  const link = LINKS.find(({ id }) => id === plan.linkId);
  if (link === undefined) throw new RangeError(`linkId: ${plan.linkId} is no link`);
  const positive = ['cards', 'workingDays', 'hoursPerDay', 'readersPerPerson', 'utilization'] as const;
  for (const name of positive) if (!(plan[name] > 0)) throw new RangeError(`${name} must be more than 0`);
  if (plan.utilization > 1) throw new RangeError('utilization must be at most 1');
  const chipSeconds = chipMs(link, cost) / 1000;
  const networkSeconds = (cost.batches * plan.roundTripMs) / 1000;
  // While a person handles one card the others of the same person run on.
  const perCard = Math.max(
    chipSeconds + networkSeconds + plan.handlingSeconds,
    plan.handlingSeconds * plan.readersPerPerson,
  );
  const cardsPerReaderHour = (3600 / perCard) * plan.utilization;
  const cardsPerHour = plan.cards / (plan.workingDays * plan.hoursPerDay);
  const readers = Math.ceil(cardsPerHour / cardsPerReaderHour);
  return {
    chipSeconds,
    networkSeconds,
    cardsPerReaderHour,
    cardsPerHour,
    readers,
    people: Math.ceil(readers / plan.readersPerPerson),
    keyServiceCallsPerSecond: (cardsPerHour * cost.keyServiceCalls) / 3600,
    apdusPerSecond: (cardsPerHour * cost.apdus) / 3600,
  };
}
