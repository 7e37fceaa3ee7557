/**
 * A visit into a free slot (CARD-FACTS 1.7, 6.2, 6.4; CARD.md "visit slots"): content first, read back, and the flag 00 last,
 * which is the commit mark: whatever is torn before it leaves an empty slot and no half record. Without a free slot the
 * oldest one's flag is set to FF first, with the erase key.
 */
import { concatBytes, equalBytes } from '../bytes/index.ts';
import { parseSamCertificate } from '../certificates/index.ts';
import { decodeElement } from '../codec/index.ts';
import {
  binaryBlocks,
  eraseRecord,
  eraseRecordHeader,
  updateBinary,
  writeRecord,
  writeRecordHeader,
} from '../commands/index.ts';
import type { FileId } from '../profile/types.ts';
import type { SignatureVerifier } from '../secure-messaging/crypto.ts';
import { type CardDialogue, type CardSession, judgeRecord, type ReadBack, readBack } from '../session/index.ts';
import { visitErrors } from './errors.ts';
import type { VisitSigner } from './ports.ts';
import { readFlag, SLOT_EMPTY, SLOT_VALID, slotHolding } from './read-visits.ts';
import type { Visit } from './types.ts';
import { encodeVisit } from './visit-codec.ts';
import { type VisitLayout, type VisitSlot, visitLayout } from './visit-layout.ts';

export interface WriteVisitOptions {
  /** null: without signature and certificate. */
  readonly signer: { readonly keys: VisitSigner; readonly verifier: SignatureVerifier } | null;
  /**
   * After an outcome `unknown`: a valid slot that holds the same business data already is answered with `unchanged`, and
   * nothing is written. Costs the reading of every valid slot of the same date.
   */
  readonly unlessHeld?: boolean;
}

export interface VisitReport {
  /** written – the flag was read back as 00; unknown – the flag was sent and could not be read back. */
  readonly outcome: ReadBack | 'unchanged';
  readonly file: FileId | null;
  readonly recordNumber: number | null;
  /** The slot held the oldest visit, which was erased (`written`: its flag was read back as FF). */
  readonly erased: ReadBack | null;
  readonly failure: unknown;
  readonly apdus: number;
}

/**
 * @throws VISIT_INVALID, VISIT_SIGNATURE_UNUSABLE before anything is sent; whatever a card, reader or key service says
 *   before the first change. Later failures stand in the report.
 */
export async function writeVisit(
  session: CardSession,
  visit: Visit,
  { signer, unlessHeld = false }: WriteVisitOptions,
): Promise<VisitReport> {
  const { dialogue } = session;
  const { profile, product } = dialogue.options;
  const layout = visitLayout(profile, visit.kind);
  const businessData = encodeVisit({ profile, product }, visit);
  const content = concatBytes(businessData, await proofOf(layout, businessData, signer));
  return new VisitRun(dialogue, layout).write(content, unlessHeld);
}

/** Signature and certificate; a signature that does not verify never reaches a card. */
async function proofOf(
  layout: VisitLayout,
  businessData: Uint8Array,
  signer: WriteVisitOptions['signer'],
): Promise<Uint8Array> {
  const { signature: signaturePlace, certificate: certificatePlace, businessSizeBytes, sizeBytes } = layout;
  const proof = new Uint8Array(sizeBytes - businessSizeBytes);
  if (signer === null) return proof;
  const signature = await signer.keys.sign(businessData);
  const certificate = await signer.keys.certificate();
  const usable =
    signature.length === signaturePlace.sizeBytes && certificate.length === certificatePlace.sizeBytes
      ? verifies(signer, businessData, signature, certificate)
      : false;
  if (!usable) throw visitErrors.make('VISIT_SIGNATURE_UNUSABLE');
  proof.set(signature, signaturePlace.offset - businessSizeBytes);
  proof.set(certificate, certificatePlace.offset - businessSizeBytes);
  return proof;
}

function verifies(
  { keys, verifier }: NonNullable<WriteVisitOptions['signer']>,
  businessData: Uint8Array,
  signature: Uint8Array,
  certificate: Uint8Array,
): boolean {
  try {
    const { publicKey, suite } = parseSamCertificate(certificate);
    return suite === keys.suite && verifier.verifySignature(keys.suite, publicKey, businessData, signature);
  } catch {
    return false;
  }
}

class VisitRun {
  readonly #dialogue: CardDialogue;
  readonly #layout: VisitLayout;
  readonly #apdusBefore: number;
  #erased: ReadBack | null = null;
  #changed = false;

  constructor(dialogue: CardDialogue, layout: VisitLayout) {
    this.#dialogue = dialogue;
    this.#layout = layout;
    this.#apdusBefore = dialogue.apdus;
  }

  async write(content: Uint8Array, unlessHeld: boolean): Promise<VisitReport> {
    let slot: VisitSlot | null = null;
    try {
      if (unlessHeld) {
        const held = await slotHolding(this.#dialogue, this.#layout, content.slice(0, this.#layout.businessSizeBytes));
        if (held !== null) return this.#report(held, 'unchanged', null);
      }
      slot = (await this.#freeSlot()) ?? (await this.#oldestSlot());
      const erasure = this.#erased === null ? null : await this.#erase(slot);
      if (this.#erased !== null && this.#erased !== 'written') return this.#report(slot, 'not-written', erasure);
      await this.#writeContent(slot, content);
      return await this.#commit(slot);
    } catch (error) {
      // Thrown only before the flag was sent: the slot is empty.
      if (!this.#changed) throw error;
      return this.#report(slot, 'not-written', error);
    }
  }

  /** The flags are read only as far as the first free one. */
  async #freeSlot(): Promise<VisitSlot | null> {
    for (const slot of this.#layout.slots) {
      if ((await readFlag(this.#dialogue, this.#layout, slot.recordNumber)) === SLOT_EMPTY) return slot;
    }
    return null;
  }

  /** By the date in the record; one whose date cannot be read comes first. */
  async #oldestSlot(): Promise<VisitSlot> {
    const dated: { readonly slot: VisitSlot; readonly date: string }[] = [];
    for (const slot of this.#layout.slots) dated.push({ slot, date: await this.#dateOf(slot) });
    const oldest = dated.reduce((a, b) => (b.date < a.date ? b : a));
    this.#erased = 'not-written';
    return oldest.slot;
  }

  async #dateOf({ file }: VisitSlot): Promise<string> {
    const { element } = this.#layout.date;
    const { profile, product } = this.#dialogue.options;
    const bytes = await this.#dialogue.readContent(file, element.offset, element.sizeBytes);
    const { value } = decodeElement(element, bytes, { ...product, profile });
    return typeof value === 'string' ? value : '';
  }

  async #erase({ recordNumber }: VisitSlot): Promise<unknown> {
    const { failure, outcome } = await this.#setFlag(recordNumber, 'erase');
    this.#erased = outcome;
    return outcome === 'written' ? null : (failure ?? visitErrors.make('VISIT_FLAG_UNCONFIRMED'));
  }

  async #writeContent({ file }: VisitSlot, content: Uint8Array): Promise<void> {
    await this.#dialogue.openFile(file, 'update');
    for (const { offset, data } of binaryBlocks(content, this.#dialogue.options.product.maxBinaryBlockBytes)) {
      this.#changed = true;
      await this.#dialogue.send(updateBinary, offset, data);
    }
    const held = await this.#dialogue.readContent(file, 0, content.length);
    if (!equalBytes(held, content)) throw visitErrors.make('VISIT_CONTENT_DIFFERS', { detail: file.id });
  }

  async #commit(slot: VisitSlot): Promise<VisitReport> {
    const { failure, outcome } = await this.#setFlag(slot.recordNumber, 'update');
    if (outcome === 'written') return this.#report(slot, outcome, null);
    return this.#report(slot, outcome, failure ?? visitErrors.make('VISIT_FLAG_UNCONFIRMED'));
  }

  /** Throws only when nothing was sent that could have changed the flag. */
  async #setFlag(
    recordNumber: number,
    right: 'update' | 'erase',
  ): Promise<{ readonly failure: unknown; readonly outcome: ReadBack }> {
    const { indexFile } = this.#layout;
    const [command, header, wanted, before] =
      right === 'erase'
        ? ([eraseRecord, eraseRecordHeader(recordNumber), SLOT_EMPTY, SLOT_VALID] as const)
        : ([writeRecord, writeRecordHeader(recordNumber), SLOT_VALID, SLOT_EMPTY] as const);
    if (indexFile.updateMacSlot === null) throw new RangeError(`${indexFile.id} has no maintenance key`);
    await this.#dialogue.openFile(indexFile, right);
    const mac = await this.#dialogue.protectedData(indexFile.updateMacSlot, header, null);
    let failure: unknown = null;
    this.#changed = true;
    try {
      await this.#dialogue.send(command, recordNumber, mac);
    } catch (error) {
      failure = error;
    }
    const outcome = await readBack(failure, async () => {
      const flag = await this.#dialogue.readRecord(indexFile, recordNumber);
      return judgeRecord(flag, Uint8Array.of(wanted), Uint8Array.of(before));
    });
    return { failure, outcome };
  }

  #report(slot: VisitSlot | null, outcome: VisitReport['outcome'], failure: unknown): VisitReport {
    return {
      outcome,
      file: slot?.file.id ?? null,
      recordNumber: slot?.recordNumber ?? null,
      erased: this.#erased,
      failure,
      apdus: this.#dialogue.apdus - this.#apdusBefore,
    };
  }
}
