/** UPDATE BINARY `00 D6 offH offL Lc`, at most 128 bytes a command on our product (CARD-FACTS 4.2; ADR 001 "Data"). */
import { defineCommand, readNothing } from './define-command.ts';
import { offsetParameters } from './read-binary.ts';

export const updateBinary = defineCommand({
  name: 'UPDATE BINARY',
  text: { zh: '更新二进制文件', en: 'Update a transparent file' },
  clause: 'CARD-FACTS 4.2; ADR 001',
  statusWords: {
    '6981': 'CARD_FILE_TYPE_WRONG',
    '6982': 'CARD_SECURITY_NOT_SATISFIED',
    '6986': 'CARD_FILE_NOT_FOUND',
    '6A82': 'CARD_FILE_NOT_FOUND',
    '6A84': 'CARD_MEMORY_FULL',
    '6B00': 'CARD_OFFSET_OUTSIDE',
  },
  build: (offset: number, data: Uint8Array) => {
    if (data.length === 0) throw new RangeError('UPDATE BINARY needs data');
    return { cla: 0x00, ins: 0xd6, ...offsetParameters(offset), data };
  },
  read: readNothing,
});

export interface BinaryBlock {
  readonly offset: number;
  readonly data: Uint8Array;
}

/** `content` from `offset` on in commands of at most `blockBytes` (`CardProduct.maxBinaryBlockBytes`). */
export function binaryBlocks(content: Uint8Array, blockBytes: number, offset = 0): readonly BinaryBlock[] {
  if (!Number.isInteger(blockBytes) || blockBytes < 1) throw new RangeError(`blocks of ${blockBytes} bytes`);
  const blocks: BinaryBlock[] = [];
  for (let done = 0; done < content.length; done += blockBytes) {
    blocks.push({ offset: offset + done, data: content.slice(done, done + blockBytes) });
  }
  return blocks;
}
