/**
 * A visit to its business data (1639 or 3013 bytes, CARD-FACTS 1.5, 1.6) and back. Written: every field, the empty ones as
 * empty. Read: empty values are absent, blocks that hold nothing are left off at the end of their list.
 */
import { decodeElement, emptyElement, encodeElement } from '../codec/index.ts';
import { type FieldFault, isRhcError } from '../errors/index.ts';
import type { CardProduct, CardProfile } from '../profile/types.ts';
import type { ElementValue } from '../session/types.ts';
import { visitErrors } from './errors.ts';
import type { Visit, VisitKind } from './types.ts';
import { pathOfVisitField, type VisitLayout, visitFieldValue, visitLayout } from './visit-layout.ts';

export interface VisitContext {
  readonly profile: CardProfile;
  readonly product: CardProduct;
}

type Bag = Readonly<Record<string, unknown>>;

/** @throws VISIT_INVALID with every field at fault */
export function encodeVisit({ profile, product }: VisitContext, visit: Visit): Uint8Array {
  const layout = visitLayout(profile, visit.kind);
  const faults: FieldFault[] = unknownFields(layout, visit as unknown as Bag);
  const data = new Uint8Array(layout.businessSizeBytes);
  for (const field of layout.fields) {
    const { element } = field;
    const value = visitFieldValue(visit, field);
    try {
      const bytes =
        value === undefined || value === null
          ? emptyElement(element)
          : encodeElement(element, value as ElementValue, { ...product, profile });
      data.set(bytes, element.offset);
    } catch (error) {
      if (!isRhcError(error) || error.fields === undefined) throw error;
      for (const { rule } of error.fields) faults.push({ field: pathOfVisitField(field), rule });
    }
  }
  if (visitFieldValue(visit, layout.date) === undefined) {
    const rule = { zh: '不能为空:最旧的记录按它找出', en: 'must be given: the oldest record is found by it' };
    faults.push({ field: pathOfVisitField(layout.date), rule });
  }
  if (faults.length > 0) throw visitErrors.make('VISIT_INVALID', { fields: faults });
  return data;
}

export function decodeVisit({ profile, product }: VisitContext, kind: VisitKind, content: Uint8Array): Visit {
  const layout = visitLayout(profile, kind);
  if (content.length < layout.businessSizeBytes) throw new RangeError(`${content.length} bytes are no ${kind} visit`);
  const visit: Record<string, unknown> = { kind };
  const lists = new Map<string, Record<string, unknown>[]>();
  for (const { element, name, block } of layout.fields) {
    const bytes = content.slice(element.offset, element.offset + element.sizeBytes);
    const { value } = decodeElement(element, bytes, { ...product, profile });
    const target = block === undefined ? visit : entryOf(lists, block.list, block.index);
    if (value !== null) target[name] = value;
  }
  for (const [list, entries] of lists) {
    const used = entries.findLastIndex((entry) => Object.keys(entry).length > 0) + 1;
    if (used > 0) visit[list] = entries.slice(0, used);
  }
  return visit as unknown as Visit;
}

function entryOf(lists: Map<string, Record<string, unknown>[]>, list: string, index: number): Record<string, unknown> {
  const entries = lists.get(list) ?? [];
  lists.set(list, entries);
  while (entries.length <= index) entries.push({});
  return entries[index] as Record<string, unknown>;
}

/** A misspelt field would leave its place empty without a word. */
function unknownFields(layout: VisitLayout, visit: Bag): FieldFault[] {
  const known = new Set(['kind', ...layout.fields.map(pathOfVisitField)]);
  const lists = new Set(layout.fields.flatMap(({ block }) => (block === undefined ? [] : [block.list])));
  const faults: FieldFault[] = [];
  for (const [name, value] of Object.entries(visit)) {
    if (value === undefined || known.has(name)) continue;
    if (!lists.has(name)) faults.push({ field: name, rule: UNKNOWN });
    else if (!Array.isArray(value)) faults.push({ field: name, rule: { zh: '须为列表', en: 'must be a list' } });
    else faults.push(...unknownInList(layout, known, name, value));
  }
  return faults;
}

const UNKNOWN = { zh: '就诊记录没有此项', en: 'is no field of a visit' };

function unknownInList(
  { fields }: VisitLayout,
  known: ReadonlySet<string>,
  name: string,
  entries: readonly unknown[],
): FieldFault[] {
  const most = new Set(fields.flatMap(({ block }) => (block?.list === name ? [block.index] : []))).size;
  if (entries.length > most) {
    return [{ field: name, rule: { zh: `最多 ${most} 条`, en: `holds at most ${most} entries` } }];
  }
  return entries.flatMap((entry, index) => {
    const field = `${name}[${index}]`;
    if (typeof entry !== 'object' || entry === null) {
      return [{ field, rule: { zh: '须为一条记录', en: 'must be an entry' } }];
    }
    return Object.entries(entry)
      .filter(([key, value]) => value !== undefined && !known.has(`${field}.${key}`))
      .map(([key]) => ({ field: `${field}.${key}`, rule: UNKNOWN }));
  });
}
