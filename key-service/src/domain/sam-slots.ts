/** Which roots a SAM needs (ADR 006): those it holds undispersed, and those that open the channel through which it gets them. */
import { samKeyReferences } from '@rhc/card/profile';

/** A SAM's control keys come from these: whoever has them reads what goes through an issue channel. */
const CHANNEL_SLOTS: readonly string[] = ['SAM-TMK', 'SAM-MK'];
const SAM_SLOTS: ReadonlySet<string> = new Set(samKeyReferences.map(({ slot }) => slot));
const slotOf = (root: string): string => root.slice(0, root.lastIndexOf('#'));

/** Held by every SAM. */
export const isForSams = (root: string): boolean => SAM_SLOTS.has(slotOf(root));
/** At work in the SAM token only. */
export const isChannelRoot = (root: string): boolean => CHANNEL_SLOTS.includes(slotOf(root));
