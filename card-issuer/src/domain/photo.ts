/** The photo as the card takes it (DDF1/EF07): a JPEG of at most 3072 bytes behind a 2-byte length. */
import { ENROLMENT_RULES, type EnrolmentRule } from './enrolment-rules.ts';

export const MAX_PHOTO_BYTES = 3072;

export const tooLargePhoto = (bytes: number): EnrolmentRule => ENROLMENT_RULES.photoSize(bytes, MAX_PHOTO_BYTES);

/** The rule that a photo breaks, or null. */
export function photoFault(photo: Uint8Array): EnrolmentRule | null {
  if (photo.length > MAX_PHOTO_BYTES) return tooLargePhoto(photo.length);
  const startsAsJpeg = photo.length >= 4 && photo[0] === 0xff && photo[1] === 0xd8;
  const endsAsJpeg = photo[photo.length - 2] === 0xff && photo[photo.length - 1] === 0xd9;
  return startsAsJpeg && endsAsJpeg ? null : ENROLMENT_RULES.photoJpeg;
}
