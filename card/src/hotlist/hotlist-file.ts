/**
 * A hotlist file (docs/adr/009-hotlist.md): 32 bytes of header, Rice-coded counters, signature. A delta holds the counters
 * that change sides, and the signature of the **full** list that it leads to: one signature, of what is used. A county's
 * list holds the counters of that county alone and says nothing of any other card.
 */
import { concatBytes } from '../bytes/index.ts';
import { hotlistErrors } from './errors.ts';
import { MAX_ISSUE_COUNTER } from './issue-counter.ts';
import { MAX_RICE_PARAMETER, RiceReader, riceEncode } from './rice-code.ts';

export const HEADER_BYTES = 32;
const MAGIC = [0x52, 0x48, 0x43, 0x4c] as const;
const FORMAT = 1;
const KINDS = ['full', 'delta', 'county'] as const;

export interface HotlistHeader {
  readonly kind: (typeof KINDS)[number];
  /** Two digits of GB/T 2260. */
  readonly provinceCode: string;
  /** 1 … 2^32 − 1, growing. */
  readonly version: number;
  /** The version that a delta starts from; 0 in a full list. */
  readonly baseVersion: number;
  /** Seconds since 1970. */
  readonly madeAt: number;
  /** Six digits of GB/T 2260, of a county's list alone. */
  readonly countyCode?: string | undefined;
}

export interface HotlistSignature {
  /** Name of the key, 1–255 bytes of ASCII. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

export interface HotlistFile extends HotlistHeader, HotlistSignature {
  /** Listed counters of a full list; changed ones of a delta. */
  readonly entries: number;
  readonly parameter: number;
  readonly payload: Uint8Array;
  readonly payloadBits: number;
  /** Header and payload: what a signature of a full list is over. */
  readonly body: Uint8Array;
}

/** @param counters strictly increasing, 1 … MAX_ISSUE_COUNTER. Same content, same bytes. */
export function encodeBody(header: HotlistHeader, counters: ArrayLike<number>): Uint8Array {
  checkHeader(header);
  const last = counters.length === 0 ? 0 : (counters[counters.length - 1] as number);
  if (last > MAX_ISSUE_COUNTER) throw new RangeError('issue counter out of range');
  const coded = riceEncode(counters);
  const head = new Uint8Array(HEADER_BYTES);
  const view = new DataView(head.buffer);
  head.set(MAGIC, 0);
  head[4] = FORMAT;
  head[5] = KINDS.indexOf(header.kind);
  head.set(
    [...header.provinceCode].map((digit) => digit.charCodeAt(0)),
    6,
  );
  view.setUint32(8, header.version);
  view.setUint32(12, header.baseVersion);
  view.setUint32(16, header.madeAt);
  view.setUint32(20, counters.length);
  view.setUint32(24, coded.bits);
  head[28] = coded.parameter;
  // The province stands before it.
  if (header.kind === 'county') view.setUint16(29, Number(header.countyCode?.slice(2)));
  return concatBytes(head, coded.bytes);
}

function checkHeader(header: HotlistHeader): void {
  if (!/^\d{2}$/.test(header.provinceCode)) throw new RangeError('province code: two digits expected');
  const u32 = (value: number, least: number) => Number.isInteger(value) && value >= least && value <= 0xffffffff;
  const based = header.kind === 'delta' ? header.baseVersion < header.version : header.baseVersion === 0;
  const ofCounty = header.countyCode !== undefined && /^\d{6}$/.test(header.countyCode);
  if (header.kind === 'county' ? !ofCounty : header.countyCode !== undefined) throw new RangeError('county code');
  if (ofCounty && !header.countyCode?.startsWith(header.provinceCode))
    throw new RangeError('county of another province');
  if (!u32(header.version, 1) || !u32(header.baseVersion, 0) || !u32(header.madeAt, 0) || !based) {
    throw new RangeError('version, base version or time out of range');
  }
}

export function withSignature(body: Uint8Array, { keyId, signature }: HotlistSignature): Uint8Array {
  if (!/^[\x21-\x7e]{1,255}$/.test(keyId)) throw new RangeError('key id: 1 to 255 printable ASCII characters');
  if (signature.length < 1 || signature.length > 0xffff) throw new RangeError('signature of 1 to 65535 bytes');
  const name = Uint8Array.from(keyId, (character) => character.charCodeAt(0));
  const length = Uint8Array.of(signature.length >>> 8, signature.length & 0xff);
  return concatBytes(body, Uint8Array.of(name.length), name, length, signature);
}

/** Form only: the signature is not checked here. @throws HOTLIST_MALFORMED */
export function parseFile(file: Uint8Array): HotlistFile {
  const wrong = (detail: string) => hotlistErrors.make('HOTLIST_MALFORMED', { detail });
  if (file.length < HEADER_BYTES || MAGIC.some((byte, i) => file[i] !== byte)) throw wrong('no hotlist');
  if (file[4] !== FORMAT) throw wrong(`format ${file[4]}`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const kind = KINDS[file[5] as number];
  const parameter = file[28] as number;
  const payloadBits = view.getUint32(24);
  // A gap takes k + 1 bits at least: no header makes a reader allocate more than the file can hold.
  if (view.getUint32(20) * (parameter + 1) > payloadBits) throw wrong('entries');
  const bodyBytes = HEADER_BYTES + Math.ceil(payloadBits / 8);
  if (kind === undefined || parameter > MAX_RICE_PARAMETER || file[31]) throw wrong('header');
  const county = view.getUint16(29);
  if (kind === 'county' ? county > 9999 : county !== 0) throw wrong('header');
  if (file.length < bodyBytes + 3) throw wrong('cut off');
  const keyIdEnd = bodyBytes + 1 + (file[bodyBytes] as number);
  if (file.length < keyIdEnd + 2 || file.length !== keyIdEnd + 2 + view.getUint16(keyIdEnd)) throw wrong('signature');
  const provinceCode = String.fromCharCode(file[6] as number, file[7] as number);
  const header = {
    kind,
    provinceCode,
    version: view.getUint32(8),
    baseVersion: view.getUint32(12),
    madeAt: view.getUint32(16),
    ...(kind === 'county' && { countyCode: `${provinceCode}${String(county).padStart(4, '0')}` }),
  };
  try {
    checkHeader(header);
  } catch {
    throw wrong('header');
  }
  return {
    ...header,
    entries: view.getUint32(20),
    parameter,
    payloadBits,
    payload: file.slice(HEADER_BYTES, bodyBytes),
    body: file.slice(0, bodyBytes),
    keyId: String.fromCharCode(...file.subarray(bodyBytes + 1, keyIdEnd)),
    signature: file.slice(keyIdEnd + 2),
  };
}

/** Every counter in order with the bit at which the next one begins. @throws HOTLIST_MALFORMED */
export function walk(file: HotlistFile, visit: (counter: number, index: number, nextBit: number) => void): void {
  const reader = new RiceReader(file.payload, file.payloadBits, file.parameter);
  let counter = 0;
  for (let index = 0; index < file.entries; index++) {
    const gap = reader.next();
    counter += gap;
    if (gap < 0 || counter > MAX_ISSUE_COUNTER) throw hotlistErrors.make('HOTLIST_MALFORMED', { detail: 'payload' });
    visit(counter, index, reader.at);
  }
  if (reader.at !== file.payloadBits) throw hotlistErrors.make('HOTLIST_MALFORMED', { detail: 'bits left over' });
}
