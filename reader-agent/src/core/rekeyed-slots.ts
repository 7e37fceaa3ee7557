/**
 * What became of a re-key, slot by slot, from the chip's own list of its keys. A version that stands on the card and was
 * not proven is `unknown` until the card itself took or refused it: no older key may be called needless on its account.
 */

import { keyVersionsOnCard } from '@rhc/card/commands';
import { isRhcError } from '@rhc/card/errors';
import type { CardKeySlotName } from '@rhc/card/profile';
import { proofOf, proveVersion, type RekeyedSlot, rekeyErrors } from '@rhc/card/rekey';
import type { CardSession } from '@rhc/card/session';
import type { AgentWriteOutcome, WrittenElement } from '../contract/writes.ts';

export interface RekeyWish {
  readonly slots: readonly { readonly slot: CardKeySlotName; readonly version: number }[];
  readonly retireOlder: boolean;
}

type SlotFact = Pick<RekeyedSlot, 'slot' | 'version' | 'versionsOnCard' | 'proven'>;

/** Refusals by which the chip says that it holds another key, not that the line was cut. */
const REFUSALS: readonly string[] = ['CARD_AUTHENTICATION_FAILED', 'CARD_KEY_NOT_FOUND', 'CARD_MAC_WRONG'];
/** Those that change nothing on the card; for the others the chip's list is the evidence. */
const HARMLESS_PROOFS: readonly string[] = ['external', 'internal', 'unblock'];
const OLDER = 'older-versions';

export function elementsOfRekey(slots: readonly SlotFact[], retireOlder: boolean): WrittenElement[] {
  const elements = slots.map(
    (fact): WrittenElement => ({ name: `${fact.slot} v${fact.version}`, id: fact.slot, outcome: outcomeOf(fact) }),
  );
  return retireOlder ? [...elements, { name: OLDER, id: OLDER, outcome: outcomeOfRetiring(slots) }] : elements;
}

function outcomeOf({ version, versionsOnCard, proven }: SlotFact): AgentWriteOutcome {
  if (proven) return 'applied';
  return versionsOnCard === null || versionsOnCard.includes(version) ? 'unknown' : 'not applied';
}

function outcomeOfRetiring(slots: readonly SlotFact[]): AgentWriteOutcome {
  if (slots.some(({ versionsOnCard }) => versionsOnCard === null)) return 'unknown';
  const older = slots.some(({ version, versionsOnCard }) => versionsOnCard?.some((held) => held < version) === true);
  return older ? 'not applied' : 'applied';
}

/** By the card that came back: which versions it holds, and whether it takes them. Nothing is written. */
export async function settleRekey(session: CardSession, { slots, retireOlder }: RekeyWish) {
  const { dialogue } = session;
  const list = await dialogue.readKeyList();
  const facts: SlotFact[] = [];
  let failure: unknown = null;
  const refused = new Set<string>();
  for (const { slot, version } of slots) {
    const versionsOnCard = keyVersionsOnCard(dialogue.options.profile, list, slot);
    let proven = versionsOnCard.includes(version);
    if (proven && HARMLESS_PROOFS.includes(proofOf(slot))) {
      try {
        await proveVersion(dialogue, { slot, version });
      } catch (error) {
        if (!isRhcError(error) || !REFUSALS.includes(error.code)) throw error;
        failure ??= rekeyErrors.make('REKEY_VERSION_UNPROVEN', { cause: error, detail: `${slot} version ${version}` });
        refused.add(slot);
        proven = false;
      }
    }
    facts.push({ slot, version, versionsOnCard, proven });
  }
  const elements = elementsOfRekey(facts, retireOlder).map((element) =>
    refused.has(element.id) ? { ...element, outcome: 'not applied' as const } : element,
  );
  return { elements, failure };
}
