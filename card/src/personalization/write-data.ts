/** Plain writes of the card's content while the personalization channel is open (ADR 001 "Data"). */
import { appendRecord, selectFile, updateBinary, updateRecord } from '../commands/index.ts';
import type { CardProduct, CardProfile, DirectoryName } from '../profile/types.ts';
import type { BatchPlan } from './batch-plan.ts';
import { selectDirectory } from './select-directory.ts';
import type { FileImage } from './types.ts';

/**
 * `fresh`: the files were created in this run on an empty chip, so blocks of a transparent file that are all 00 need no
 * write. On a torn chip every block is written, whatever an earlier run left there.
 */
export function planData(
  plan: BatchPlan,
  profile: CardProfile,
  product: CardProduct,
  images: readonly FileImage[],
  fresh: boolean,
): void {
  let current: DirectoryName | null = null;
  for (const image of images) {
    const commands = writeCommands(profile, product, image, fresh);
    if (commands.length === 0) continue;
    const file = profile.file(image.file);
    if (file.directory !== current) {
      selectDirectory(plan, profile, file.directory, current);
      current = file.directory;
    }
    plan.ask(selectFile.build(file.fid), selectFile.parse);
    for (const { command, parse } of commands) plan.ask(command, parse);
  }
}

interface WriteCommand {
  readonly command: Uint8Array;
  readonly parse: (response: Uint8Array) => void;
}

function writeCommands(
  profile: CardProfile,
  product: CardProduct,
  image: FileImage,
  fresh: boolean,
): readonly WriteCommand[] {
  const file = profile.file(image.file);
  switch (file.structure) {
    case 'tlv-records':
    case 'fixed-records':
      return image.contents.map((content, index) => ({
        command: updateRecord.build(index + 1, content),
        parse: updateRecord.parse,
      }));
    case 'cyclic':
      // Oldest first: each appended record becomes number 1.
      return image.contents.toReversed().map((content) => ({
        command: appendRecord.build(content),
        parse: appendRecord.parse,
      }));
    case 'transparent':
      return image.contents.flatMap((content) => binaryBlocks(content, product.maxBinaryBlockBytes, fresh));
  }
}

function binaryBlocks(content: Uint8Array, blockBytes: number, fresh: boolean): readonly WriteCommand[] {
  const commands: WriteCommand[] = [];
  for (let offset = 0; offset < content.length; offset += blockBytes) {
    const block = content.slice(offset, offset + blockBytes);
    if (fresh && block.every((byte) => byte === 0)) continue;
    commands.push({ command: updateBinary.build(offset, block), parse: updateBinary.parse });
  }
  return commands;
}
