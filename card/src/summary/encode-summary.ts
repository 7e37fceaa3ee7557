/**
 * A health summary to the files of a card. What was irregular goes back byte for byte while its value is unchanged, so that
 * decode and encode together lose nothing that a card can hold. Slots without a visit are 00 with flag FF.
 */
import { concatBytes, hexToBytes, uint16 } from '../bytes/index.ts';
import type { ElementValue } from '../codec/index.ts';
import { type FieldFault, isRhcError } from '../errors/index.ts';
import type { FileImage } from '../personalization/types.ts';
import type { CyclicFile, ElementaryFile, FileId } from '../profile/types.ts';
import type { InpatientVisit, OutpatientVisit } from '../visits/types.ts';
import { type VisitLayout, type VisitSlot, visitFieldValue, visitLayout } from '../visits/visit-layout.ts';
import { ALLERGY_FILE, IMMUNIZATION_FILE, PHOTO_FILE, PSYCHIATRIC_FILE } from './decode-summary.ts';
import { ElementWriter, type SummaryContext } from './element-bytes.ts';
import { summaryErrors } from './errors.ts';
import { recordValues, requirePlaces } from './record-elements.ts';
import type { HealthSummary, SummaryVisit } from './types.ts';

type AnyVisit = SummaryVisit<InpatientVisit | OutpatientVisit>;

export interface EncodeSummaryOptions {
  /**
   * What a null means where irregular bytes say something: `empty` – the value was taken away; `as-irregular` – whoever carried
   * the summary could not carry the value (control characters in FHIR), so the bytes count. Default `empty`.
   */
  readonly missing?: 'empty' | 'as-irregular';
}

/**
 * Files in profile order; psychiatric flag, photo and visits only where the summary has them.
 * @throws SUMMARY_INVALID with every field at fault
 */
export function encodeHealthSummary(
  context: SummaryContext,
  summary: HealthSummary,
  { missing = 'empty' }: EncodeSummaryOptions = {},
): readonly FileImage[] {
  const writer = new FaultCollector(new ElementWriter(context, summary.irregular, missing));
  const values = recordValues(summary);
  const visitFiles = encodeVisits(context, writer, summary);
  const images = context.profile.files.flatMap((file): FileImage[] => {
    const contents = contentsOf(file, { summary, values, writer }) ?? visitFiles.get(file.id);
    return contents === undefined ? [] : [{ file: file.id, contents }];
  });
  if (writer.faults.length > 0) throw summaryErrors.make('SUMMARY_INVALID', { fields: writer.faults });
  return images;
}

/** Every fault at once: whoever corrects a summary should not find them one by one. */
class FaultCollector {
  readonly faults: FieldFault[] = [];
  readonly kept: ElementWriter['kept'];
  readonly isEmpty: ElementWriter['isEmpty'];
  readonly #writer: ElementWriter;

  constructor(writer: ElementWriter) {
    this.#writer = writer;
    this.kept = writer.kept.bind(writer);
    this.isEmpty = writer.isEmpty.bind(writer);
  }

  write(...args: Parameters<ElementWriter['write']>): Uint8Array {
    try {
      return this.#writer.write(...args);
    } catch (error) {
      if (!isRhcError(error) || error.fields === undefined) throw error;
      const [{ file, record }, element] = args;
      const at = record === null ? file : `${file}#${record}`;
      for (const { rule } of error.fields) this.faults.push({ field: `${at} ${element.id}`, rule });
      return new Uint8Array(element.sizeBytes);
    }
  }
}

interface Source {
  readonly summary: HealthSummary;
  readonly values: Readonly<Record<string, ElementValue>>;
  readonly writer: FaultCollector;
}

/** undefined: no file of these, or one that the summary does not have. */
function contentsOf(file: ElementaryFile, { summary, values, writer }: Source): readonly Uint8Array[] | undefined {
  if (file.structure === 'tlv-records') {
    if (file.id === PSYCHIATRIC_FILE && summary.psychiatric === undefined) return undefined;
    return file.elements.map((element) => {
      const place = { file: file.id, record: null, element: element.id };
      const bytes = writer.write(place, element, values[element.id] ?? null);
      return concatBytes(Uint8Array.of(element.item, bytes.length), bytes);
    });
  }
  if (file.structure === 'cyclic') return cyclicContents(file, listOf(file.id, summary), writer);
  if (file.id === PHOTO_FILE && summary.photo !== undefined) return [photoContent(file, summary.photo, writer)];
  return undefined;
}

function listOf(id: FileId, { allergies, immunizations }: HealthSummary): readonly (readonly (string | null)[])[] {
  if (id === ALLERGY_FILE) return allergies.map(({ substance, reaction }) => [substance, reaction]);
  if (id === IMMUNIZATION_FILE) return immunizations.map(({ name, date }) => [name, date]);
  return [];
}

function cyclicContents(
  file: CyclicFile,
  entries: readonly (readonly (string | null)[])[],
  writer: FaultCollector,
): readonly Uint8Array[] {
  requirePlaces(file.id, entries, file.recordCount);
  return Array.from({ length: file.recordCount }, (_, index) => {
    const record = new Uint8Array(file.recordSizeBytes);
    const entry = entries[index] ?? [];
    const placeOf = (element: string) => ({ file: file.id, record: index + 1, element });
    const unused = file.elements.every((element, k) => writer.isEmpty(placeOf(element.id), element, entry[k] ?? null));
    for (const [k, element] of file.elements.entries()) {
      const place = placeOf(element.id);
      const regular = unused ? new Uint8Array(element.sizeBytes) : undefined;
      record.set(writer.write(place, element, entry[k] ?? null, regular), element.offset);
    }
    return record;
  });
}

/** 2-byte length, JPEG, 00 to the end of the file (CARD-FACTS 1.4). */
function photoContent(file: ElementaryFile, photo: string | null, { kept, faults }: FaultCollector): Uint8Array {
  const jpeg = photo === null ? new Uint8Array() : hexToBytes(photo);
  const content = new Uint8Array(file.sizeBytes);
  if (jpeg.length > file.sizeBytes - 2) {
    const most = file.sizeBytes - 2;
    faults.push({ field: 'photo', rule: { zh: `最多 ${most} 字节`, en: `holds at most ${most} bytes` } });
    return content;
  }
  content.set(uint16(jpeg.length));
  content.set(jpeg, 2);
  const before = kept({ file: file.id, record: null, element: 'photo' }, file.sizeBytes);
  return before !== undefined && samePhoto(before, content, jpeg.length) ? before : content;
}

/** The old content says the same photo: the same announced length, or an announced length that cannot be and now none. */
function samePhoto(before: Uint8Array, content: Uint8Array, length: number): boolean {
  const announced = ((before[0] ?? 0) << 8) | (before[1] ?? 0);
  if (announced > before.length - 2) return length === 0;
  return before.slice(0, 2 + length).every((byte, index) => byte === content[index]);
}

function encodeVisits(
  { profile }: SummaryContext,
  writer: FaultCollector,
  { visits }: HealthSummary,
): ReadonlyMap<FileId, readonly Uint8Array[]> {
  const files = new Map<FileId, readonly Uint8Array[]>();
  if (visits === undefined) return files;
  for (const [kind, list] of [
    ['inpatient', visits.inpatient],
    ['outpatient', visits.outpatient],
  ] as const) {
    const layout = visitLayout(profile, kind);
    const bySlot = new Map<number, AnyVisit>(list.map((entry) => [entry.slot, entry]));
    requireSlots(kind, layout, list, bySlot);
    files.set(
      layout.indexFile.id,
      layout.slots.map(({ recordNumber }) => flagOf(layout, recordNumber, bySlot.has(recordNumber), writer)),
    );
    for (const slot of layout.slots) {
      files.set(slot.file.id, [slotContent(layout, slot, bySlot.get(slot.recordNumber), writer)]);
    }
  }
  return files;
}

function requireSlots(
  kind: string,
  layout: VisitLayout,
  list: readonly AnyVisit[],
  bySlot: ReadonlyMap<number, AnyVisit>,
): void {
  const known = new Set(layout.slots.map(({ recordNumber }) => recordNumber));
  if (bySlot.size === list.length && [...bySlot.keys()].every((slot) => known.has(slot))) return;
  const rule = { zh: `存储位须为 1–${known.size}，各用一次`, en: `slots are 1 to ${known.size}, each used once` };
  throw summaryErrors.make('SUMMARY_INVALID', { fields: [{ field: `visits.${kind}`, rule }] });
}

function flagOf(layout: VisitLayout, record: number, valid: boolean, { kept }: FaultCollector): Uint8Array {
  if (valid) return Uint8Array.of(0x00);
  return kept({ file: layout.indexFile.id, record, element: 'flag' }, 1) ?? Uint8Array.of(0xff);
}

function slotContent(
  layout: VisitLayout,
  { file }: VisitSlot,
  entry: AnyVisit | undefined,
  writer: FaultCollector,
): Uint8Array {
  const content = new Uint8Array(layout.sizeBytes);
  if (entry === undefined) {
    return writer.kept({ file: file.id, record: null, element: 'content' }, layout.sizeBytes) ?? content;
  }
  const put = (element: VisitLayout['signature'], value: ElementValue) =>
    content.set(writer.write({ file: file.id, record: null, element: element.id }, element, value), element.offset);
  for (const field of layout.fields) put(field.element, (visitFieldValue(entry.visit, field) ?? null) as ElementValue);
  put(layout.signature, entry.proof?.signature ?? null);
  put(layout.certificate, entry.proof?.certificate ?? null);
  return content;
}
