/** Where the fields of a visit stand, from the profile's element ids: `outpatient.drug2.name` is `drugs[1].name`. */
import type { CardProfile, FixedRecordFile, PlacedElement, TransparentFile } from '../profile/types.ts';
import type { Visit, VisitKind } from './types.ts';

const KINDS: readonly VisitKind[] = ['inpatient', 'outpatient'];

/** The list of each repeated block. */
const LIST_NAMES: Readonly<Record<string, string>> = {
  diagnosis: 'diagnoses',
  transfusion: 'transfusions',
  fee: 'fees',
  exam: 'exams',
  drug: 'drugs',
  procedure: 'procedures',
};

/** The element by which a visit is dated, for the oldest slot. */
const DATE_FIELDS: Readonly<Record<VisitKind, string>> = { inpatient: 'admissionDate', outpatient: 'visitTime' };

export interface VisitField {
  readonly element: PlacedElement;
  readonly name: string;
  /** In a repeated block: the list and the index in it. */
  readonly block?: { readonly list: string; readonly index: number };
}

export interface VisitSlot {
  readonly file: TransparentFile;
  readonly recordNumber: number;
}

export interface VisitLayout {
  readonly kind: VisitKind;
  readonly indexFile: FixedRecordFile;
  /** In the order of the index file's records. */
  readonly slots: readonly VisitSlot[];
  readonly businessSizeBytes: number;
  readonly sizeBytes: number;
  /** Without signature and certificate. */
  readonly fields: readonly VisitField[];
  readonly date: VisitField;
  readonly signature: PlacedElement;
  readonly certificate: PlacedElement;
}

export function visitLayout(profile: CardProfile, kind: VisitKind): VisitLayout {
  const slots = profile.files
    .flatMap((file) =>
      file.structure === 'transparent' && file.index !== undefined && file.elements[0]?.id.startsWith(`${kind}.`)
        ? [{ file, recordNumber: file.index.recordNumber }]
        : [],
    )
    .sort((a, b) => a.recordNumber - b.recordNumber);
  const [first] = slots;
  const indexFile = first?.file.index === undefined ? undefined : profile.file(first.file.index.file);
  if (first === undefined || indexFile?.structure !== 'fixed-records')
    throw new RangeError(`no slots of ${kind} visits`);
  const proof = (name: string) =>
    required(
      first.file.elements.find(({ id }) => id === `${kind}.${name}`),
      name,
    );
  const signature = proof('signature');
  const certificate = proof('samCertificate');
  const fields = first.file.elements
    .filter((element) => element !== signature && element !== certificate)
    .map((element) => fieldOf(kind, element));
  return {
    kind,
    indexFile,
    slots,
    businessSizeBytes: first.file.businessSizeBytes,
    sizeBytes: first.file.sizeBytes,
    fields,
    date: required(
      fields.find(({ name, block }) => block === undefined && name === DATE_FIELDS[kind]),
      DATE_FIELDS[kind],
    ),
    signature,
    certificate,
  };
}

export function visitLayouts(profile: CardProfile): readonly VisitLayout[] {
  return KINDS.map((kind) => visitLayout(profile, kind));
}

function fieldOf(kind: VisitKind, element: PlacedElement): VisitField {
  const path = element.id.slice(kind.length + 1);
  const match = /^([A-Za-z]+)(\d+)\.([A-Za-z]+)$/.exec(path);
  if (match === null) return { element, name: path };
  const [, block = '', number = '', name = ''] = match;
  const list = required(LIST_NAMES[block], block);
  return { element, name, block: { list, index: Number(number) - 1 } };
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new RangeError(`the profile's visits have no ${name}`);
  return value;
}

/** Value of a field; undefined where the visit has none. */
export function visitFieldValue(visit: Visit, { name, block }: VisitField): unknown {
  const bag = visit as unknown as Readonly<Record<string, unknown>>;
  if (block === undefined) return bag[name];
  const list = bag[block.list];
  const entry: unknown = Array.isArray(list) ? list[block.index] : undefined;
  return typeof entry === 'object' && entry !== null ? (entry as typeof bag)[name] : undefined;
}

/** `drugs[1].name` */
export function pathOfVisitField({ name, block }: VisitField): string {
  return block === undefined ? name : `${block.list}[${block.index}].${name}`;
}
