/** Digests over the card's content and keys (ADR 001 "END PERSONALIZATION") and the security code's block (CARD.md). */
import { concatBytes, requireLength, uint16, uint32 } from '../bytes/index.ts';
import type { AlgorithmSuite, CardProfile } from '../profile/types.ts';
import type { Crypto } from '../secure-messaging/crypto.ts';
import type { FileImage, KeyLoad } from './types.ts';

/** For each EF in profile order: DF FID ‖ EF FID ‖ content length (4) ‖ content. */
export function filesDigest(
  crypto: Crypto,
  suite: AlgorithmSuite,
  profile: CardProfile,
  images: readonly FileImage[],
): Uint8Array {
  const byFile = new Map(images.map((image) => [image.file, image]));
  const parts = profile.files.map((file) => {
    const image = byFile.get(file.id);
    if (image === undefined) throw new RangeError(`no image of file ${file.id}`);
    const content = concatBytes(...image.contents);
    const head = concatBytes(uint16(profile.directory(file.directory).fid), uint16(file.fid), uint32(content.length));
    return concatBytes(head, content);
  });
  return crypto.hash(suite, concatBytes(...parts));
}

/** `H(filesDigest ‖ per key, ascending by DF, KID, version: DF FID ‖ KID ‖ version ‖ KCV)`. */
export function endDigest(
  crypto: Crypto,
  suite: AlgorithmSuite,
  profile: CardProfile,
  files: Uint8Array,
  keys: readonly (KeyLoad & { readonly kcv: Uint8Array })[],
): Uint8Array {
  const entries = keys.map(({ slot, version, kcv }) => {
    const { directory, kid } = profile.keySlot(slot);
    return { fid: profile.directory(directory).fid, kid, version, kcv: requireLength(kcv, 3, 'check value') };
  });
  entries.sort((a, b) => a.fid - b.fid || a.kid - b.kid || a.version - b.version);
  const list = entries.map(({ fid, kid, version, kcv }) => concatBytes(uint16(fid), Uint8Array.of(kid, version), kcv));
  return crypto.hash(suite, concatBytes(requireLength(files, 32, 'files digest'), ...list));
}

/**
 * First 16 bytes of the hash over card number, expiry and issue serial as ASCII, parted by `|` so that no two triples
 * give the same text. key-service makes the security code of it and sees no identity number.
 */
export function securityCodeBlock(
  crypto: Crypto,
  suite: AlgorithmSuite,
  cardNumber: string,
  expiryDate: string,
  issueSerial: string,
): Uint8Array {
  const text = [cardNumber, expiryDate, issueSerial].join('|');
  // Printable ASCII without the separator: 21–7E but 7C.
  if (!/^[!-{}~]+\|[!-{}~]+\|[!-{}~]+$/.test(text)) {
    throw new RangeError('card number, expiry and issue serial must be ASCII and present');
  }
  return crypto
    .hash(
      suite,
      Uint8Array.from(text, (character) => character.charCodeAt(0)),
    )
    .slice(0, 16);
}
