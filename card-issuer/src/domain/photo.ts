/** The photo as the card takes it (DDF1/EF07): a JPEG of at most 3072 bytes behind a 2-byte length. */
import type { Text } from '@rhc/card/errors';

export const MAX_PHOTO_BYTES = 3072;

export const tooLargePhoto = (bytes: number): Text => ({
  zh: `照片为 ${bytes} 字节，卡上最多 ${MAX_PHOTO_BYTES} 字节，请缩小后重交`,
  en: `the photo has ${bytes} bytes, the card takes ${MAX_PHOTO_BYTES}; scale it down`,
});

/** The rule that a photo breaks, or null. */
export function photoFault(photo: Uint8Array): Text | null {
  if (photo.length > MAX_PHOTO_BYTES) return tooLargePhoto(photo.length);
  const startsAsJpeg = photo.length >= 4 && photo[0] === 0xff && photo[1] === 0xd8;
  const endsAsJpeg = photo[photo.length - 2] === 0xff && photo[photo.length - 1] === 0xd9;
  if (!startsAsJpeg || !endsAsJpeg) {
    return { zh: '照片不是完整的 JPEG 文件', en: 'the photo is not a complete JPEG file' };
  }
  return null;
}
