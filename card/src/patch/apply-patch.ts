/**
 * A patch onto a card: file by file the fewest APDUs – read what is to be changed, write only what differs, read back what
 * was written. Each directory, file and key is asked for once. Anything that goes wrong once something was sent stops
 * the patch and stands in its report; nothing is then called written that the chip does not hold.
 */
import { concatBytes, equalBytes } from '../bytes/index.ts';
import {
  PROTECTED_APPEND_HEADER,
  protectedAppendRecord,
  protectedUpdateRecord,
  protectedUpdateRecordHeader,
} from '../commands/index.ts';
import type { CyclicFile, ElementaryFile } from '../profile/types.ts';
import { type CardDialogue, type CardSession, isEmptyRecord, judgeRecord, readBack } from '../session/index.ts';
import { cyclicAppends } from './cyclic-window.ts';
import { patchErrors } from './errors.ts';
import {
  type ListTarget,
  type PatchPlan,
  type PatchTarget,
  type PhotoTarget,
  planPatch,
  type RecordTarget,
} from './plan-patch.ts';
import type { CardPatch, ElementOutcome, PatchOptions, PatchReport, WriteOutcome } from './types.ts';
import { type HeldPhoto, holdsPhoto, readPhotoHead, writePhoto } from './write-photo.ts';

/**
 * @throws CARD_PATCH_REFUSED before anything is sent, CARD_PATCH_CONFLICT before anything is written, and whatever a card,
 *   reader or key service says before the first update was sent. Later failures stand in the report.
 */
export async function applyPatch(
  session: CardSession,
  patch: CardPatch,
  options: PatchOptions = {},
): Promise<PatchReport> {
  const { dialogue } = session;
  const { profile, product } = dialogue.options;
  const run = new PatchRun(dialogue, planPatch(profile, product, patch, options.expected));
  await run.requireExpected();
  return run.write();
}

class PatchRun {
  readonly #dialogue: CardDialogue;
  readonly #plan: PatchPlan;
  readonly #outcomes = new Map<string, ElementOutcome>();
  /** TLV and cyclic records as the card held them, so that none is read twice. */
  readonly #records = new Map<string, Uint8Array | null>();
  readonly #photos = new Map<string, HeldPhoto>();
  readonly #apdusBefore: number;
  #failure: unknown = null;
  #sent = false;

  constructor(dialogue: CardDialogue, plan: PatchPlan) {
    this.#dialogue = dialogue;
    this.#plan = plan;
    this.#apdusBefore = dialogue.apdus;
  }

  async requireExpected(): Promise<void> {
    const conflicts: string[] = [];
    for (const file of this.#filesOf(this.#plan.expected)) {
      for (const target of this.#plan.expected.filter((entry) => entry.file.id === file.id)) {
        if (!(await this.#holds(target))) conflicts.push(target.name);
      }
    }
    if (conflicts.length === 0) return;
    throw patchErrors.make('CARD_PATCH_CONFLICT', {
      fields: conflicts.map((field) => ({
        field,
        rule: { zh: '卡上的值与预期不同', en: 'differs from what the card holds' },
      })),
    });
  }

  async write(): Promise<PatchReport> {
    // The directory that is open already comes first: leaving it would cost its keys once more.
    const files = this.#filesOf(this.#plan.targets);
    const here = files.filter((file) => file.directory === this.#dialogue.directory);
    for (const file of [...here, ...files.filter((entry) => !here.includes(entry))]) {
      for (const target of this.#plan.targets.filter((entry) => entry.file.id === file.id)) {
        if (this.#failure !== null) break;
        try {
          this.#outcomes.set(target.id, await this.#writeTarget(target));
        } catch (error) {
          if (!this.#sent) throw error;
          this.#failure = error;
        }
      }
    }
    return this.#report();
  }

  #report(): PatchReport {
    const elements = this.#plan.targets.map(
      (target) => this.#outcomes.get(target.id) ?? outcomeOf(target, 'not-written'),
    );
    const complete = elements.every(({ outcome }) => outcome === 'written' || outcome === 'unchanged');
    return { elements, complete, failure: this.#failure, apdus: this.#dialogue.apdus - this.#apdusBefore };
  }

  async #writeTarget(target: PatchTarget): Promise<ElementOutcome> {
    switch (target.kind) {
      case 'record':
        return this.#writeRecord(target);
      case 'list':
        return this.#writeList(target);
      case 'photo':
        return this.#writePhoto(target);
    }
  }

  async #writeRecord(target: RecordTarget): Promise<ElementOutcome> {
    const { file, number, bytes } = target;
    const before = await this.#record(file, number);
    if (before !== null && equalBytes(before, bytes)) return outcomeOf(target, 'unchanged');
    const outcome = await this.#protectedWrite(file, number, bytes, before, (data) =>
      this.#dialogue.send(protectedUpdateRecord, number, data),
    );
    return outcomeOf(target, outcome);
  }

  async #writeList(target: ListTarget): Promise<ElementOutcome> {
    const { file, records } = target;
    const held = await this.#heldRecords(file);
    const { appends, displaced } = cyclicAppends(held, records, file.recordCount);
    const entries: WriteOutcome[] = records.map((_, index) => (appends.includes(index) ? 'not-written' : 'unchanged'));
    let newest = (await this.#record(file, 1)) ?? null;
    for (const index of appends) {
      const record = records[index] as Uint8Array;
      entries[index] = await this.#protectedWrite(file, null, record, newest, (data) =>
        this.#dialogue.send(protectedAppendRecord, data),
      );
      if (entries[index] !== 'written') break;
      newest = record;
    }
    return { ...outcomeOf(target, worst(entries)), entries, displaced: worst(entries) === 'written' ? displaced : 0 };
  }

  /** `number` null: appended, and read back as number 1. */
  async #protectedWrite(
    file: ElementaryFile,
    number: number | null,
    bytes: Uint8Array,
    before: Uint8Array | null,
    send: (data: Uint8Array) => Promise<void>,
  ): Promise<'written' | 'not-written' | 'unknown'> {
    if (file.updateMacSlot === null) throw new RangeError(`${file.id} has no maintenance key`);
    await this.#dialogue.openFile(file, 'update');
    const header = number === null ? PROTECTED_APPEND_HEADER : protectedUpdateRecordHeader(number);
    const data = await this.#dialogue.protectedData(file.updateMacSlot, header, bytes);
    this.#sent = true;
    let failure: unknown = null;
    try {
      await send(data);
    } catch (error) {
      failure = error;
    }
    const outcome = await readBack(failure, async () =>
      judgeRecord(await this.#dialogue.readRecord(file, number ?? 1), bytes, before),
    );
    // An answer that was lost, but the chip holds it: the card was reset and its state is gone, so the patch ends here.
    if (failure !== null || outcome !== 'written') this.#failure = failure ?? readBackFailure(file);
    return outcome;
  }

  async #writePhoto(target: PhotoTarget): Promise<ElementOutcome> {
    const { file, jpeg } = target;
    const held = await this.#photo(target);
    if (await holdsPhoto(this.#dialogue, file, held, jpeg)) return outcomeOf(target, 'unchanged');
    this.#sent = true;
    const { outcome, erased, failure } = await writePhoto(this.#dialogue, file, held, jpeg);
    if (failure !== null || outcome !== 'written') this.#failure = failure ?? readBackFailure(file);
    return { ...outcomeOf(target, outcome), ...(erased ? { erased } : {}) };
  }

  async #holds(target: PatchTarget): Promise<boolean> {
    switch (target.kind) {
      case 'record': {
        const held = await this.#record(target.file, target.number);
        return held !== null && equalBytes(held, target.bytes);
      }
      case 'list': {
        const held = await this.#heldRecords(target.file);
        return equalBytes(concatBytes(...held), concatBytes(...target.records));
      }
      case 'photo':
        return holdsPhoto(this.#dialogue, target.file, await this.#photo(target), target.jpeg);
    }
  }

  /** Records that hold something, newest first. */
  async #heldRecords(file: CyclicFile): Promise<readonly Uint8Array[]> {
    const held: Uint8Array[] = [];
    for (let number = 1; number <= file.recordCount; number++) {
      const record = await this.#record(file, number);
      if (record === null || isEmptyRecord(record)) break;
      held.push(record);
    }
    return held;
  }

  async #record(file: ElementaryFile, number: number): Promise<Uint8Array | null> {
    const key = `${file.id}#${number}`;
    const known = this.#records.get(key);
    if (known !== undefined) return known;
    const record = await this.#dialogue.readRecord(file, number);
    this.#records.set(key, record);
    return record;
  }

  async #photo({ file }: PhotoTarget): Promise<HeldPhoto> {
    const held = this.#photos.get(file.id) ?? (await readPhotoHead(this.#dialogue, file));
    this.#photos.set(file.id, held);
    return held;
  }

  #filesOf(targets: readonly PatchTarget[]): readonly ElementaryFile[] {
    const ids = new Set(targets.map((target) => target.file.id));
    return this.#dialogue.options.profile.files.filter((file) => ids.has(file.id));
  }
}

function outcomeOf({ name, id, file }: PatchTarget, outcome: WriteOutcome): ElementOutcome {
  return { name, id, file: file.id, outcome };
}

function worst(outcomes: readonly WriteOutcome[]): WriteOutcome {
  const order: readonly WriteOutcome[] = ['unknown', 'not-written', 'written'];
  return order.find((outcome) => outcomes.includes(outcome)) ?? 'unchanged';
}

/** 9000, but the chip does not show it. */
function readBackFailure(file: ElementaryFile): Error {
  return patchErrors.make('CARD_READ_BACK_DIFFERS', { detail: file.id });
}
