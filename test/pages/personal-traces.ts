/** What a bundle, a log or a recording would have to hold to be somebody's. */
import iconv from 'iconv-lite';

interface Datum {
  readonly value: string | boolean | null;
}

/** Everything on the card that is somebody's, as text, in the card's own encoding and as hex of both. */
export function personalTraces(read: {
  identity: Datum[];
  contacts: Datum[];
  alerts: Datum[];
  allergies: object[];
  photo: string | null;
}): string[] {
  const texts = [...read.identity, ...read.contacts, ...read.alerts]
    .flatMap(({ value }) => (typeof value === 'string' && value.length > 3 ? [value] : []))
    .concat(read.allergies.flatMap((entry) => Object.values(entry) as string[]).filter((text) => text.length > 1));
  // Codes and dates that any card has are nobody's.
  const own = texts.filter((text) => /[^\x20-\x7e]/.test(text) || /\d{8,}/.test(text));
  const hex = (bytes: Buffer) => bytes.toString('hex');
  return own
    .flatMap((text) => [text, hex(Buffer.from(text)), hex(iconv.encode(text, 'gb18030'))])
    .concat(read.photo?.slice(40, 120) ?? []);
}
