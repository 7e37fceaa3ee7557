/**
 * Which updates of a mailbox a later one makes pointless. A patch gives way to a later one that names all of its elements,
 * a re-key to a later one with the same slots and no older versions, a notice to the same notice. Lists (allergies,
 * immunizations) are appended to and give way to nothing.
 */
import type { MailboxContent } from '@rhc/reader-agent/contract';
import type { MailboxUpdate } from './update.ts';

type Patch = Extract<MailboxContent, { kind: 'patch' }>;
export type OpenUpdate = Pick<MailboxUpdate, 'id' | 'sequence' | 'subjects'> & { readonly content: MailboxContent };

const APPENDED = ['allergies', 'immunizations'];
const MAX_EXPECTED = 16;

export interface Superseding {
  /** Update → the later one that takes its place. */
  readonly superseded: ReadonlyMap<string, string>;
  /** Those that stay, in order, with what the card may hold widened by what they take the place of. */
  readonly staying: readonly OpenUpdate[];
}

/** @param open in the order of their sequence */
export function supersede(open: readonly OpenUpdate[]): Superseding {
  const superseded = new Map<string, string>();
  const contents = new Map(open.map(({ id, content }) => [id, content]));
  for (const [at, earlier] of open.entries()) {
    const later = open.slice(at + 1).find((candidate) => takesThePlaceOf(candidate, earlier));
    if (later === undefined) continue;
    superseded.set(earlier.id, later.id);
    const [from, to] = [contents.get(earlier.id), contents.get(later.id)];
    if (from?.kind === 'patch' && to?.kind === 'patch') contents.set(later.id, widened(to, from));
  }
  const staying = open
    .filter(({ id }) => !superseded.has(id))
    .map((update) => ({ ...update, content: contents.get(update.id) ?? update.content }));
  return { superseded, staying };
}

function takesThePlaceOf(later: OpenUpdate, earlier: OpenUpdate): boolean {
  if (later.content.kind !== earlier.content.kind) return false;
  if (!earlier.subjects.every((subject) => later.subjects.includes(subject))) return false;
  if (later.content.kind === 'rekey' && earlier.content.kind === 'rekey') {
    const { slots, retireOlder } = later.content;
    if (earlier.content.retireOlder && !retireOlder) return false;
    return earlier.content.slots.every(({ slot, version }) =>
      slots.some((other) => other.slot === slot && other.version >= version),
    );
  }
  return !earlier.subjects.some((subject) => APPENDED.includes(subject));
}

/**
 * The card may hold what the earlier patch found, or what it wrote. An earlier one that wrote over anything, or more
 * possibilities than fit, leaves nothing to compare with.
 */
function widened(later: Patch, earlier: Patch): Patch {
  if (later.expected.length === 0) return later;
  if (earlier.expected.length === 0) return { ...later, expected: [] };
  const before = [earlier.patch, ...earlier.expected];
  const all = later.expected.flatMap((own) => [own, ...before.map((held) => ({ ...own, ...held }))]);
  const distinct = [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
  return { ...later, expected: distinct.length > MAX_EXPECTED ? [] : distinct };
}
