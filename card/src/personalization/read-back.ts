/** Reading the card's content back, and the comparison byte for byte on which "issued" rests (FIELD.md, 1). */
import { readBinary, readRecord, selectFile } from '../commands/index.ts';
import type { CardProfile, DirectoryName, ElementaryFile, FileId } from '../profile/types.ts';
import type { Awaited, BatchPlan } from './batch-plan.ts';
import { selectDirectory } from './select-directory.ts';
import type { FileImage } from './types.ts';
import type { ReadBackDifference, ReadBackVerdict } from './verdict.ts';

const READ_BLOCK_BYTES = 256;

/** Reads `files` (default: all) in profile order; `current` is the directory that is selected already. */
export function planReadBack(
  plan: BatchPlan,
  profile: CardProfile,
  files: readonly FileId[] = profile.files.map((file) => file.id),
  current: DirectoryName | null = null,
): Awaited<readonly FileImage[]> {
  let directory = current;
  const parts = files.map((id) => {
    const file = profile.file(id);
    if (file.directory !== directory) {
      selectDirectory(plan, profile, file.directory, directory);
      directory = file.directory;
    }
    plan.ask(selectFile.build(file.fid), selectFile.parse);
    return { file, pieces: planContent(plan, file) };
  });
  return {
    get value() {
      return parts.map(({ file, pieces }) => toImage(file, pieces));
    },
  };
}

function planContent(plan: BatchPlan, file: ElementaryFile): readonly Awaited<Uint8Array>[] {
  if (file.structure === 'transparent') {
    const blocks = Math.ceil(file.sizeBytes / READ_BLOCK_BYTES);
    return Array.from({ length: blocks }, (_, block) => {
      const offset = block * READ_BLOCK_BYTES;
      const length = Math.min(READ_BLOCK_BYTES, file.sizeBytes - offset);
      return plan.ask(readBinary.build(offset, length), readBinary.parse);
    });
  }
  const records = file.structure === 'tlv-records' ? file.elements.length : file.recordCount;
  return Array.from({ length: records }, (_, index) => plan.ask(readRecord.build(index + 1), readRecord.parse));
}

function toImage(file: ElementaryFile, pieces: readonly Awaited<Uint8Array>[]): FileImage {
  const contents = pieces.map((piece) => piece.value);
  if (file.structure !== 'transparent') return { file: file.id, contents };
  const whole = new Uint8Array(contents.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of contents) {
    whole.set(part, offset);
    offset += part.length;
  }
  return { file: file.id, contents: [whole] };
}

/** Every file of `expected` must be in `actual`, equal in number, length and bytes; `actual` may hold nothing more. */
export function compareReadBack(expected: readonly FileImage[], actual: readonly FileImage[]): ReadBackVerdict {
  const differences: ReadBackDifference[] = [];
  let bytes = 0;
  const read = new Map(actual.map((image) => [image.file, image]));
  for (const image of expected) {
    const other = read.get(image.file)?.contents ?? [];
    read.delete(image.file);
    const single = image.contents.length === 1 && other.length <= 1;
    for (let i = 0; i < Math.max(image.contents.length, other.length); i++) {
      const offset = firstDifference(image.contents[i], other[i]);
      bytes += image.contents[i]?.length ?? 0;
      if (offset !== null) differences.push({ file: image.file, ...(single ? {} : { record: i + 1 }), offset });
    }
  }
  for (const file of read.keys()) differences.push({ file, offset: 0 });
  return { equal: differences.length === 0, bytes, differences };
}

function firstDifference(a: Uint8Array | undefined, b: Uint8Array | undefined): number | null {
  if (a === undefined || b === undefined) return 0;
  const index = a.findIndex((byte, i) => byte !== b[i]);
  if (index >= 0) return index;
  return b.length === a.length ? null : a.length;
}
