/**
 * The photo in blocks (CARD-FACTS 1.4; CARD.md "photo"). Its length is the commit mark: the first block says 0, the length
 * stands last, so that a torn write leaves no photo and never half of one. What an older, longer photo left behind is
 * overwritten with zeros.
 */
import { concatBytes, equalBytes, uint16 } from '../bytes/index.ts';
import { binaryBlocks, updateBinary } from '../commands/index.ts';
import type { TransparentFile } from '../profile/types.ts';
import { type CardDialogue, photoLength, READ_BLOCK_BYTES, type ReadBack, readBack } from '../session/index.ts';

const LENGTH_BYTES = 2;

export interface HeldPhoto {
  readonly length: number;
  /** First 256 bytes of the file. */
  readonly head: Uint8Array;
}

export async function readPhotoHead(dialogue: CardDialogue, file: TransparentFile): Promise<HeldPhoto> {
  const head = await dialogue.readContent(file, 0, READ_BLOCK_BYTES);
  return { length: photoLength(head, file.sizeBytes), head };
}

/** Reads on only as long as the card agrees. */
export async function holdsPhoto(
  dialogue: CardDialogue,
  file: TransparentFile,
  { length, head }: HeldPhoto,
  jpeg: Uint8Array,
): Promise<boolean> {
  if (length !== jpeg.length) return false;
  const content = concatBytes(uint16(length), jpeg);
  const known = Math.min(head.length, content.length);
  if (!equalBytes(head.slice(0, known), content.slice(0, known))) return false;
  for (let offset = known; offset < content.length; offset += READ_BLOCK_BYTES) {
    const part = content.slice(offset, offset + READ_BLOCK_BYTES);
    if (!equalBytes(await dialogue.readContent(file, offset, part.length), part)) return false;
  }
  return true;
}

export interface PhotoOutcome {
  readonly outcome: ReadBack;
  readonly erased: boolean;
  readonly failure: unknown;
}

export async function writePhoto(
  dialogue: CardDialogue,
  file: TransparentFile,
  held: HeldPhoto,
  jpeg: Uint8Array,
): Promise<PhotoOutcome> {
  let failure: unknown = null;
  let sent = false;
  try {
    await dialogue.openFile(file, 'update');
    const content = new Uint8Array(LENGTH_BYTES + Math.max(held.length, jpeg.length));
    content.set(jpeg, LENGTH_BYTES);
    const blocks = binaryBlocks(content, dialogue.options.product.maxBinaryBlockBytes);
    const mark = jpeg.length === 0 ? [] : [{ offset: 0, data: uint16(jpeg.length) }];
    for (const { offset, data } of [...blocks, ...mark]) {
      sent = true;
      await dialogue.send(updateBinary, offset, data);
    }
  } catch (error) {
    failure = error;
  }
  if (!sent) return { outcome: 'not-written', erased: false, failure };
  let erased = false;
  const outcome = await readBack(failure, async () => {
    const now = await readPhotoHead(dialogue, file);
    if ((jpeg.length > 0 || failure === null) && (await holdsPhoto(dialogue, file, now, jpeg))) return 'written';
    // Before anything else the length became 0: where it is the old one, nothing was written.
    if (now.length === held.length && (now.length === 0 || equalBytes(now.head, held.head))) return 'not-written';
    if (now.length !== 0) return null;
    erased = true;
    return 'not-written';
  });
  return { outcome, erased: erased && held.length > 0, failure };
}
