/** What each kind of write asks, keeps in the journal and does on the card. Whatever throws has written nothing. */
import { applyPatch, heldByCard, planPatch } from '@rhc/card/patch';
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';
import { type RekeyKeys, rekeyCard } from '@rhc/card/rekey';
import type { SignatureVerifier } from '@rhc/card/secure-messaging';
import type { CardSession } from '@rhc/card/session';
import { encodeVisit, type VisitSigner, writeVisit } from '@rhc/card/visits';
import type { MailboxContent } from '../contract/mailbox.ts';
import type { PatchRequest, PatchWish, VisitRequest, WrittenElement } from '../contract/writes.ts';
import type { JournalEntry } from '../journal/index.ts';
import { elementsOfRekey, type RekeyWish } from './rekeyed-slots.ts';
import { cardPatchOf, cardVisitOf, elementOfVisit, elementsOfPatch } from './written-elements.ts';

export interface WriteJob {
  /** The grant of the page that asked; null: the desk. */
  readonly by: string | null;
  readonly kind: JournalEntry['kind'];
  readonly wish: NonNullable<JournalEntry['wish']>;
  /** Which delivery of card-issuer it carries out; absent: somebody at this desk asked for it. */
  readonly mailbox?: JournalEntry['mailbox'];
  /** What makes two requests of one id the same. */
  readonly asked: unknown;
  write(session: CardSession): Promise<{ readonly elements: WrittenElement[]; readonly failure: unknown }>;
}

type Delivered<K extends MailboxContent['kind']> = Extract<MailboxContent, { kind: K }>;
type Lease = NonNullable<JournalEntry['mailbox']>;

/** @throws CARD_PATCH_REFUSED */
export function patchJob(request: Pick<PatchRequest, 'patch' | 'expected'>, by: string | null): WriteJob {
  const patch = cardPatchOf(request.patch);
  const expected = cardPatchOf(request.expected);
  planPatch(nationalProfile, rhcBlank1, patch, expected);
  return {
    by,
    kind: 'patch',
    wish: { patch: request.patch },
    asked: [request.patch, request.expected],
    async write(session) {
      const report = await applyPatch(session, patch, { expected });
      return { elements: elementsOfPatch(report), failure: report.failure };
    },
  };
}

/** @throws VISIT_INVALID */
export function visitJob(
  request: Pick<VisitRequest, 'visit'>,
  signer: { readonly keys: VisitSigner; readonly verifier: SignatureVerifier } | null,
  by: string | null,
): WriteJob {
  const visit = cardVisitOf(request.visit);
  encodeVisit({ profile: nationalProfile, product: rhcBlank1 }, visit);
  return {
    by,
    kind: 'visit',
    wish: { visit: request.visit },
    asked: request.visit,
    async write(session) {
      const report = await writeVisit(session, visit, { signer, unlessHeld: true });
      return { elements: [elementOfVisit(report, signer !== null)], failure: report.failure };
    },
  };
}

const MAILBOX = 'mailbox';

/** @throws CARD_PATCH_REFUSED */
export function deliveredPatchJob(content: Delivered<'patch'>, mailbox: Lease): WriteJob {
  const patch = cardPatchOf(content.patch);
  for (const expected of [{}, ...content.expected]) planPatch(nationalProfile, rhcBlank1, patch, cardPatchOf(expected));
  return {
    by: MAILBOX,
    kind: 'patch',
    wish: { patch: content.patch },
    mailbox,
    asked: content,
    async write(session) {
      const report = await applyOneOf(session, content);
      return { elements: elementsOfPatch(report), failure: report.failure };
    },
  };
}

/**
 * Under the first expectation that the card meets. What it holds already of the patch is expected by none: an earlier
 * delivery was torn and left it.
 * @throws CARD_PATCH_CONFLICT
 */
async function applyOneOf(session: CardSession, content: Delivered<'patch'>) {
  const patch = cardPatchOf(content.patch);
  if (content.expected.length === 0) return applyPatch(session, patch);
  let refusal: unknown = null;
  const attempt = async (expectations: readonly PatchWish[]) => {
    for (const expected of expectations) {
      try {
        return await applyPatch(session, patch, { expected: cardPatchOf(expected) });
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'CARD_PATCH_CONFLICT') throw error;
        refusal = error;
      }
    }
    return null;
  };
  const first = await attempt(content.expected);
  if (first !== null) return first;
  const left = (await heldByCard(session, patch)).filter(({ held }) => held).map(({ name }) => name);
  const without = (wish: PatchWish) =>
    Object.fromEntries(Object.entries(wish).filter(([name]) => !left.includes(name)));
  const second = left.length === 0 ? null : await attempt(content.expected.map(without));
  if (second !== null) return second;
  throw refusal;
}

/** @param keys of card-issuer, for this update and lease alone */
export function rekeyJob(content: Delivered<'rekey'>, keys: RekeyKeys, mailbox: Lease): WriteJob {
  const { kind: _, ...wish } = content;
  return {
    by: MAILBOX,
    kind: 'rekey',
    wish: { rekey: wish },
    mailbox,
    asked: wish,
    async write(session) {
      const report = await rekeyCard(session, keys, wish as RekeyWish);
      return { elements: elementsOfRekey(report.slots, wish.retireOlder), failure: report.failure };
    },
  };
}
