/**
 * Files of a card to its health summary. Required: all record files but the special information (psychiatric), which
 * like photo and visits is taken when it is there. CARD-FACTS 1.3–1.7.
 */
import { bytesToHex, readUint16 } from '../bytes/index.ts';
import { parseSamCertificate } from '../certificates/index.ts';
import type { ElementValue } from '../codec/index.ts';
import type { FileImage } from '../personalization/types.ts';
import type { CyclicFile, ElementaryFile, FileId, TlvRecordFile } from '../profile/types.ts';
import type { InpatientVisit, OutpatientVisit } from '../visits/types.ts';
import { decodeVisit } from '../visits/visit-codec.ts';
import { pathOfVisitField, type VisitLayout, visitFieldValue, visitLayout } from '../visits/visit-layout.ts';
import { codedValue, ElementReader, isEmptyElement, type SummaryContext } from './element-bytes.ts';
import { summaryErrors } from './errors.ts';
import { PSYCHIATRIC_ELEMENT, recordParts } from './record-elements.ts';
import type { CodedValue, HealthSummary, SummaryVisit, SummaryVisits, VisitProof } from './types.ts';

export const PHOTO_FILE = 'DDF1/EF07';
export const PSYCHIATRIC_FILE = 'DF02/EF06';
export const ALLERGY_FILE = 'DF02/EF07';
export const IMMUNIZATION_FILE = 'DF02/EF08';

const SLOT_VALID = 0x00;
const SLOT_EMPTY = 0xff;

type Contents = ReadonlyMap<FileId, readonly Uint8Array[]>;

/** @throws SUMMARY_FILE_MISSING, SUMMARY_CONTENT_INVALID */
export function decodeHealthSummary(context: SummaryContext, files: readonly FileImage[]): HealthSummary {
  const { profile } = context;
  const contents: Contents = new Map(files.map(({ file, contents: list }) => [file, list]));
  requireFiles(context, contents);
  const reader = new ElementReader(context);
  const values = Object.fromEntries(
    profile.files.flatMap((file) =>
      file.structure === 'tlv-records' && contents.has(file.id) ? readRecords(reader, file, contents) : [],
    ),
  );
  const allergies = readCyclic(context, reader, ALLERGY_FILE, contents);
  const immunizations = readCyclic(context, reader, IMMUNIZATION_FILE, contents);
  const photo = readPhoto(context, reader, contents);
  const visits = readVisits(context, reader, contents);
  const psychiatric = values[PSYCHIATRIC_ELEMENT];
  return {
    ...recordParts(profile, values),
    ...(contents.has(PSYCHIATRIC_FILE) ? { psychiatric: typeof psychiatric === 'boolean' ? psychiatric : null } : {}),
    allergies: allergies.map(([substance, reaction]) => ({ substance: textOf(substance), reaction: textOf(reaction) })),
    immunizations: immunizations.map(([name, date]) => ({ name: textOf(name), date: textOf(date) })),
    ...(photo === undefined ? {} : { photo }),
    ...(visits === undefined ? {} : { visits }),
    irregular: reader.irregular,
    warnings: reader.warnings,
  };
}

function requireFiles({ profile }: SummaryContext, contents: Contents): void {
  const required = profile.files.filter(
    ({ id, structure }) => (structure === 'tlv-records' || structure === 'cyclic') && id !== PSYCHIATRIC_FILE,
  );
  const missing = required.filter(({ id }) => !contents.has(id));
  if (missing.length === 0) return;
  const rule = { zh: '未读出', en: 'was not read' };
  throw summaryErrors.make('SUMMARY_FILE_MISSING', { fields: missing.map(({ id }) => ({ field: id, rule })) });
}

function readRecords(reader: ElementReader, file: TlvRecordFile, contents: Contents): [string, ElementValue][] {
  const records = recordsOf(file, file.elements.length, contents);
  return file.elements.map((element, index) => {
    const record = records[index] ?? new Uint8Array();
    if (record[0] !== element.item || record[1] !== element.sizeBytes || record.length !== element.sizeBytes + 2) {
      invalid(file, `record ${index + 1}`);
    }
    return [element.id, reader.read({ file: file.id, record: null, element: element.id }, element, record.slice(2))];
  });
}

/** Values of the records, newest first, without the empty ones at the end. */
function readCyclic(
  context: SummaryContext,
  reader: ElementReader,
  id: FileId,
  contents: Contents,
): readonly (readonly ElementValue[])[] {
  const file = context.profile.file(id) as CyclicFile;
  const records = recordsOf(file, file.recordCount, contents).map((record, index) => {
    if (record.length !== file.recordSizeBytes) invalid(file, `record ${index + 1}`);
    const places = file.elements.map((element) => ({
      element,
      bytes: record.slice(element.offset, element.offset + element.sizeBytes),
    }));
    // Personalization fills a record that holds nothing with 00, whatever its elements would be when empty.
    const unused = places.every(({ element, bytes }) => isEmptyElement(context, element, bytes));
    return places.map(({ element, bytes }) => {
      const regular = unused ? new Uint8Array(element.sizeBytes) : undefined;
      return reader.read({ file: id, record: index + 1, element: element.id }, element, bytes, regular);
    });
  });
  return records.slice(0, records.findLastIndex((values) => values.some((value) => value !== null)) + 1);
}

function readPhoto({ profile }: SummaryContext, reader: ElementReader, contents: Contents): string | null | undefined {
  const [content] = contents.get(PHOTO_FILE) ?? [];
  if (content === undefined) return undefined;
  const file = profile.file(PHOTO_FILE);
  if (content.length !== file.sizeBytes) invalid(file, `${content.length} bytes`);
  const length = readUint16(content);
  const place = { file: PHOTO_FILE, record: null, element: 'photo' };
  if (length > content.length - 2) {
    reader.keep(place, content);
    return null;
  }
  if (content.slice(2 + length).some((byte) => byte !== 0)) reader.keep(place, content);
  return length === 0 ? null : bytesToHex(content.slice(2, 2 + length));
}

function readVisits(context: SummaryContext, reader: ElementReader, contents: Contents): SummaryVisits | undefined {
  const inpatient = visitLayout(context.profile, 'inpatient');
  const outpatient = visitLayout(context.profile, 'outpatient');
  if (!contents.has(inpatient.indexFile.id) || !contents.has(outpatient.indexFile.id)) return undefined;
  return {
    inpatient: readSlots<InpatientVisit>(context, reader, inpatient, contents),
    outpatient: readSlots<OutpatientVisit>(context, reader, outpatient, contents),
  };
}

function readSlots<V extends InpatientVisit | OutpatientVisit>(
  context: SummaryContext,
  reader: ElementReader,
  layout: VisitLayout,
  contents: Contents,
): readonly SummaryVisit<V>[] {
  const flags = recordsOf(layout.indexFile, layout.slots.length, contents);
  return layout.slots.flatMap(({ file, recordNumber }, index): SummaryVisit<V>[] => {
    const flag = flags[index] ?? new Uint8Array();
    if (flag.length !== 1) invalid(layout.indexFile, `record ${recordNumber}`);
    const valid = flag[0] === SLOT_VALID;
    // Neither valid nor empty: nothing was committed by it.
    if (!valid && flag[0] !== SLOT_EMPTY) {
      reader.keep({ file: layout.indexFile.id, record: recordNumber, element: 'flag' }, flag);
    }
    const [content] = contents.get(file.id) ?? [];
    if (content !== undefined && content.length !== file.sizeBytes) invalid(file, `${content.length} bytes`);
    if (!valid) {
      if (content?.some((byte) => byte !== 0))
        reader.keep({ file: file.id, record: null, element: 'content' }, content);
      return [];
    }
    if (content === undefined) {
      const rule = { zh: '索引标明有效，但未读出', en: 'is valid by its index flag, but was not read' };
      throw summaryErrors.make('SUMMARY_FILE_MISSING', { fields: [{ field: file.id, rule }] });
    }
    return [readSlot<V>(context, reader, layout, { id: file.id, slot: recordNumber, content })];
  });
}

function readSlot<V extends InpatientVisit | OutpatientVisit>(
  context: SummaryContext,
  reader: ElementReader,
  layout: VisitLayout,
  { id, slot, content }: { id: FileId; slot: number; content: Uint8Array },
): SummaryVisit<V> {
  const bytesOf = ({ offset, sizeBytes }: { offset: number; sizeBytes: number }) =>
    content.slice(offset, offset + sizeBytes);
  const visit = decodeVisit(context, layout.kind, content) as V;
  for (const { element } of layout.fields) {
    reader.read({ file: id, record: null, element: element.id }, element, bytesOf(element));
  }
  const proofValue = (element: VisitLayout['signature']) =>
    textOf(reader.read({ file: id, record: null, element: element.id }, element, bytesOf(element)));
  const signature = proofValue(layout.signature);
  const certificate = proofValue(layout.certificate);
  return {
    slot,
    visit,
    codes: visitCodes(context, layout, visit),
    proof:
      signature === null && certificate === null
        ? null
        : visitProof(signature, certificate, bytesOf(layout.certificate)),
  };
}

function visitCodes(
  { profile }: SummaryContext,
  layout: VisitLayout,
  visit: InpatientVisit | OutpatientVisit,
): Record<string, CodedValue> {
  const codes: Record<string, CodedValue> = {};
  for (const field of layout.fields) {
    if (field.element.meaning.kind !== 'code') continue;
    const code = visitFieldValue(visit, field);
    if (typeof code === 'string') codes[pathOfVisitField(field)] = codedValue(profile, field.element, code);
  }
  return codes;
}

function visitProof(signature: string | null, certificate: string | null, bytes: Uint8Array): VisitProof {
  return { signature, certificate, signedBy: certificate === null ? null : signerOf(bytes) };
}

function signerOf(certificate: Uint8Array): VisitProof['signedBy'] {
  try {
    const { issuerCode, samSerial, terminalNumber } = parseSamCertificate(certificate);
    return { issuerCode, samSerial, terminalNumber };
  } catch {
    // Another issuer's layout: its bytes are kept, its fields are not ours to read.
    return null;
  }
}

function recordsOf(file: ElementaryFile, count: number, contents: Contents): readonly Uint8Array[] {
  const records = contents.get(file.id) ?? [];
  if (records.length !== count) invalid(file, `${records.length} records instead of ${count}`);
  return records;
}

function invalid(file: ElementaryFile, detail: string): never {
  const rule = { zh: '长度或结构与规范不符', en: 'has not the size or structure of the specification' };
  throw summaryErrors.make('SUMMARY_CONTENT_INVALID', {
    detail: `${file.id}: ${detail}`,
    fields: [{ field: file.id, rule }],
  });
}

function textOf(value: ElementValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
