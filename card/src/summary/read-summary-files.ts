/** What `decodeHealthSummary` needs, read from a card in the order of the profile, so that each key is asked for once. */

import { uint16 } from '../bytes/index.ts';
import { cardErrors } from '../commands/index.ts';
import type { FileImage } from '../personalization/types.ts';
import type { ElementaryFile } from '../profile/types.ts';
import { type CardDialogue, type CardSession, isEmptyRecord, type SummaryOptions } from '../session/index.ts';
import { visitLayouts } from '../visits/visit-layout.ts';
import { PHOTO_FILE, PSYCHIATRIC_FILE } from './decode-summary.ts';

export interface SummaryFilesOptions extends SummaryOptions {
  readonly visits?: boolean;
}

export async function readSummaryFiles(
  session: CardSession,
  options: SummaryFilesOptions = {},
): Promise<readonly FileImage[]> {
  const { dialogue } = session;
  const { profile } = dialogue.options;
  const images: FileImage[] = [];
  for (const file of profile.files) {
    if (file.id === PSYCHIATRIC_FILE && options.psychiatric !== true) continue;
    if (file.structure === 'tlv-records') images.push(await readAll(dialogue, file, file.elements.length));
    else if (file.structure === 'cyclic') images.push(await readCyclic(dialogue, file));
    else if (file.id === PHOTO_FILE && options.photo === true) images.push(await readPhoto(session, file));
  }
  return options.visits === true ? [...images, ...(await readVisitFiles(dialogue))] : images;
}

async function readAll(dialogue: CardDialogue, file: ElementaryFile, count: number): Promise<FileImage> {
  const contents: Uint8Array[] = [];
  for (let number = 1; number <= count; number++) {
    const record = await dialogue.readRecord(file, number);
    if (record === null)
      throw cardErrors.make('CARD_CONTENT_INVALID', { detail: `${file.id} has no record ${number}` });
    contents.push(record);
  }
  return { file: file.id, contents };
}

/** The newest stand first: behind the first empty record there is nothing. */
async function readCyclic(
  dialogue: CardDialogue,
  file: Extract<ElementaryFile, { structure: 'cyclic' }>,
): Promise<FileImage> {
  const contents: Uint8Array[] = Array.from({ length: file.recordCount }, () => new Uint8Array(file.recordSizeBytes));
  for (let number = 1; number <= file.recordCount; number++) {
    const record = await dialogue.readRecord(file, number);
    if (record === null || isEmptyRecord(record)) break;
    contents[number - 1] = record;
  }
  return { file: file.id, contents };
}

/** Only as far as the photo reaches. */
async function readPhoto(session: CardSession, file: ElementaryFile): Promise<FileImage> {
  const content = new Uint8Array(file.sizeBytes);
  const photo = await session.readPhoto();
  if (photo !== null) {
    content.set(uint16(photo.length));
    content.set(photo, 2);
  }
  return { file: file.id, contents: [content] };
}

async function readVisitFiles(dialogue: CardDialogue): Promise<readonly FileImage[]> {
  const images: FileImage[] = [];
  for (const { indexFile, slots } of visitLayouts(dialogue.options.profile)) {
    const index = await readAll(dialogue, indexFile, indexFile.recordCount);
    images.push(index);
    for (const [k, { file }] of slots.entries()) {
      if (index.contents[k]?.[0] !== 0x00) continue;
      images.push({ file: file.id, contents: [await dialogue.readContent(file, 0, file.sizeBytes)] });
    }
  }
  return images;
}
