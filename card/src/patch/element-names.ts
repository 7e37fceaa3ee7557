/** Which element a name of a patch means: the Chinese name and the English key of the profile are equal (CARD-FACTS 1.4). */
import type {
  CardProfile,
  CyclicFile,
  DataElement,
  ElementaryFile,
  TlvRecordFile,
  TransparentFile,
} from '../profile/types.ts';

export type PatchPlace =
  | {
      readonly kind: 'record';
      readonly id: string;
      readonly file: TlvRecordFile;
      readonly element: DataElement;
      readonly number: number;
    }
  | { readonly kind: 'list'; readonly id: string; readonly file: CyclicFile; readonly fields: readonly string[] }
  | { readonly kind: 'photo'; readonly id: string; readonly file: TransparentFile };

/** Files whose content is not one element a record. `fields` in the order of the record's elements. */
const WHOLE_FILES = [
  { file: 'DF02/EF07', id: 'allergies', zh: '过敏', fields: ['substance', 'reaction'] },
  { file: 'DF02/EF08', id: 'immunizations', zh: '免疫接种', fields: ['name', 'date'] },
  { file: 'DDF1/EF07', id: 'photo', zh: '照片', fields: [] },
] as const;

/** Every name that a patch may use, and what it means. */
export function patchPlaces(profile: CardProfile): ReadonlyMap<string, PatchPlace> {
  const places = new Map<string, PatchPlace>();
  for (const file of profile.files) {
    if (file.structure !== 'tlv-records') continue;
    for (const [index, element] of file.elements.entries()) {
      const place: PatchPlace = { kind: 'record', id: element.id, file, element, number: index + 1 };
      places.set(element.id, place).set(element.text.zh, place);
    }
  }
  for (const { file: fileId, id, zh, fields } of WHOLE_FILES) {
    const place = wholeFile(profile.file(fileId), id, fields);
    places.set(id, place).set(zh, place);
  }
  return places;
}

function wholeFile(file: ElementaryFile, id: string, fields: readonly string[]): PatchPlace {
  if (file.structure === 'cyclic') return { kind: 'list', id, file, fields };
  if (file.structure === 'transparent') return { kind: 'photo', id, file };
  throw new RangeError(`${file.id} is neither cyclic nor transparent`);
}

/** Names of the visits' elements, so that a patch that uses one is told where they are written. */
export function isVisitElement(profile: CardProfile, name: string): boolean {
  return profile.files.some(
    (file) =>
      file.structure === 'transparent' &&
      file.elements.some((element) => element.id === name || element.text.zh === name),
  );
}
