/**
 * From a patch to the bytes that the card has to hold. Pure: every name and value is checked before anything is sent,
 * and all faults are told together, each with the field as the caller named it and the rule.
 */
import { concatBytes } from '../bytes/index.ts';
import { encodeElement } from '../codec/index.ts';
import { type FieldFault, isRhcError, type Text } from '../errors/index.ts';
import type { CardProduct, CardProfile, DataElement } from '../profile/types.ts';
import type { ElementValue } from '../session/types.ts';
import { isVisitElement, type PatchPlace, patchPlaces } from './element-names.ts';
import { patchErrors } from './errors.ts';
import type { CardPatch, PatchValue } from './types.ts';

const MAX_PHOTO_BYTES = 3072;

interface TargetNames {
  /** As the patch named it. */
  readonly name: string;
}
export type RecordTarget = TargetNames &
  Extract<PatchPlace, { kind: 'record' }> & { /** Whole TLV. */ readonly bytes: Uint8Array };
export type ListTarget = TargetNames &
  Extract<PatchPlace, { kind: 'list' }> & { /** Newest first. */ readonly records: readonly Uint8Array[] };
export type PhotoTarget = TargetNames &
  Extract<PatchPlace, { kind: 'photo' }> & { /** Empty: no photo. */ readonly jpeg: Uint8Array };
export type PatchTarget = RecordTarget | ListTarget | PhotoTarget;

export interface PatchPlan {
  /** In the order of the patch. */
  readonly targets: readonly PatchTarget[];
  readonly expected: readonly PatchTarget[];
}

export function planPatch(
  profile: CardProfile,
  product: CardProduct,
  patch: CardPatch,
  expected: CardPatch = {},
): PatchPlan {
  const faults: FieldFault[] = [];
  const reader = new PatchReader(profile, product, faults);
  const plan = { targets: reader.read(patch, '', true), expected: reader.read(expected, 'expected.', false) };
  if (faults.length > 0) throw patchErrors.make('CARD_PATCH_REFUSED', { fields: faults });
  return plan;
}

class PatchReader {
  readonly #profile: CardProfile;
  readonly #product: CardProduct;
  readonly #faults: FieldFault[];
  readonly #places: ReadonlyMap<string, PatchPlace>;

  constructor(profile: CardProfile, product: CardProduct, faults: FieldFault[]) {
    this.#profile = profile;
    this.#product = product;
    this.#faults = faults;
    this.#places = patchPlaces(profile);
  }

  read(patch: CardPatch, prefix: string, forWriting: boolean): readonly PatchTarget[] {
    const targets: PatchTarget[] = [];
    const named = new Map<string, string>();
    for (const [name, value] of Object.entries(patch)) {
      if (value === undefined) continue;
      const field = `${prefix}${name}`;
      const place = this.#place(name, field, forWriting);
      if (place === null) continue;
      const earlier = named.get(place.id);
      if (earlier !== undefined) {
        this.#refuse(field, {
          zh: `与“${earlier}”是同一数据元,只能给一次`,
          en: `is the same element as "${earlier}"; give it once`,
        });
        continue;
      }
      named.set(place.id, name);
      const target = this.#target(place, name, field, value, forWriting);
      if (target !== null) targets.push(target);
    }
    return targets;
  }

  #place(name: string, field: string, forWriting: boolean): PatchPlace | null {
    const place = this.#places.get(name);
    if (place === undefined) {
      this.#refuse(
        field,
        isVisitElement(this.#profile, name)
          ? { zh: '属于就诊记录,须整条写入', en: 'belongs to a visit, which is written as a whole' }
          : { zh: '卡片规范中没有此数据元', en: 'is no element of the card' },
      );
      return null;
    }
    const access = forWriting ? place.file.update : place.file.read;
    if (access.kind !== 'never') return place;
    this.#refuse(
      field,
      forWriting
        ? { zh: '个人化之后不可改写', en: 'is never rewritten after personalization' }
        : { zh: '不可读取', en: 'cannot be read' },
    );
    return null;
  }

  #target(place: PatchPlace, name: string, field: string, value: PatchValue, forWriting: boolean): PatchTarget | null {
    switch (place.kind) {
      case 'record': {
        const bytes = this.#encode(place.element, value, field);
        return bytes && { ...place, name, bytes: concatBytes(Uint8Array.of(place.element.item, bytes.length), bytes) };
      }
      case 'list': {
        const records = this.#list(place, value, field, forWriting);
        return records && { ...place, name, records };
      }
      case 'photo': {
        const jpeg = this.#photo(value, field);
        return jpeg && { ...place, name, jpeg };
      }
    }
  }

  #encode(element: DataElement, value: unknown, field: string): Uint8Array | null {
    try {
      if (value !== null && typeof value !== 'string' && typeof value !== 'boolean') {
        return this.#refuse(field, { zh: '须为文字、真假或空', en: 'must be a text, a boolean or null' });
      }
      return encodeElement(element, value as ElementValue, { ...this.#product, profile: this.#profile });
    } catch (error) {
      if (!isRhcError(error) || error.fields === undefined) throw error;
      // The codec names the element; the caller knows it by the name he gave.
      for (const { rule } of error.fields) this.#refuse(field, rule);
      return null;
    }
  }

  #list(
    place: Extract<PatchPlace, { kind: 'list' }>,
    value: PatchValue,
    field: string,
    forWriting: boolean,
  ): readonly Uint8Array[] | null {
    const { file } = place;
    if (!Array.isArray(value)) return this.#refuse(field, { zh: '须为列表', en: 'must be a list' });
    if (value.length > file.recordCount) {
      const most = file.recordCount;
      return this.#refuse(field, { zh: `最多 ${most} 条`, en: `holds at most ${most} entries` });
    }
    if (forWriting && value.length === 0) {
      return this.#refuse(field, {
        zh: '该文件只能追加,不能清空',
        en: 'is only appended to and cannot be emptied',
      });
    }
    const records = value.map((entry: unknown, index) => this.#record(place, entry, `${field}[${index}]`));
    if (records.some((record) => record === null)) return null;
    return this.#withoutRepeats(records as Uint8Array[], field) ? (records as Uint8Array[]) : null;
  }

  #record(place: Extract<PatchPlace, { kind: 'list' }>, entry: unknown, field: string): Uint8Array | null {
    if (typeof entry !== 'object' || entry === null) {
      return this.#refuse(field, { zh: '须为一条记录', en: 'must be an entry' });
    }
    const given = entry as Readonly<Record<string, unknown>>;
    const strange = Object.keys(given).filter((key) => !place.fields.includes(key));
    for (const key of strange) this.#refuse(`${field}.${key}`, { zh: '没有此项', en: 'is no field of an entry' });
    const record = new Uint8Array(place.file.recordSizeBytes);
    let sound = strange.length === 0;
    for (const [i, element] of place.file.elements.entries()) {
      const key = place.fields[i] ?? element.id;
      const bytes = this.#encode(element, given[key] ?? null, `${field}.${key}`);
      if (bytes === null) sound = false;
      else record.set(bytes, element.offset);
    }
    const first = place.fields[0] ?? '';
    if (sound && (given[first] ?? '') === '') {
      return this.#refuse(`${field}.${first}`, { zh: '不能为空', en: 'must not be empty' });
    }
    return sound ? record : null;
  }

  #withoutRepeats(records: readonly Uint8Array[], field: string): boolean {
    const seen = new Set<string>();
    for (const [index, record] of records.entries()) {
      const key = record.join();
      if (seen.has(key)) {
        this.#refuse(`${field}[${index}]`, { zh: '与前面的条目重复', en: 'repeats an earlier entry' });
        return false;
      }
      seen.add(key);
    }
    return true;
  }

  #photo(value: PatchValue, field: string): Uint8Array | null {
    if (value === null) return new Uint8Array(0);
    const jpeg =
      value instanceof Uint8Array && value.length <= MAX_PHOTO_BYTES && value[0] === 0xff && value[1] === 0xd8;
    if (jpeg) return value;
    return this.#refuse(field, {
      zh: `须为不超过 ${MAX_PHOTO_BYTES} 字节的 JPEG`,
      en: `must be a JPEG of at most ${MAX_PHOTO_BYTES} bytes`,
    });
  }

  #refuse(field: string, rule: Text): null {
    this.#faults.push({ field, rule });
    return null;
  }
}
