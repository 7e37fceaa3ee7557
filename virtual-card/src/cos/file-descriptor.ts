/**
 * The file descriptor of CREATE FILE (ADR 001, "CREATE FILE"): one-byte tags, read into what the chip enforces from
 * then on. A missing, repeated or unknown tag is wrong data, 6A80: a file with a hole in its rules must not come to be.
 */
import { byteAt, concatBytes, readUint16 } from '@rhc/card/bytes';
import type { AccessRule, FileBody, FileRules } from '../memory/chip-content.ts';
import { refuse } from './status-error.ts';

export type FileDescriptor =
  | { readonly kind: 'directory'; readonly fid: number; readonly name: Uint8Array | null }
  | { readonly kind: 'file'; readonly fid: number; readonly rules: FileRules; readonly body: FileBody };

const TAG = { size: 0x80, type: 0x82, fid: 0x83, name: 0x84, records: 0x85, tlvRecord: 0x86 } as const;
const ACCESS_TAGS = { read: 0x87, update: 0x88, erase: 0x89, transport: 0x8a } as const;
const KNOWN: ReadonlySet<number> = new Set([...Object.values(TAG), ...Object.values(ACCESS_TAGS)]);

type Fields = ReadonlyMap<number, readonly Uint8Array[]>;

export function parseFileDescriptor(data: Uint8Array): FileDescriptor {
  const fields = readFields(data);
  const type = byteAt(required(fields, TAG.type, 1), 0);
  const fid = readUint16(required(fields, TAG.fid, 2));
  if (type === 0x38) {
    const name = optional(fields, TAG.name);
    if (name !== null && (name.length === 0 || name.length > 16)) refuse('wrongData');
    requireOnly(fields, [TAG.type, TAG.fid, TAG.name]);
    return { kind: 'directory', fid, name };
  }
  return { kind: 'file', fid, rules: readRules(fields), body: readBody(type, fields) };
}

function readFields(data: Uint8Array): Fields {
  const fields = new Map<number, Uint8Array[]>();
  let offset = 0;
  while (offset < data.length) {
    const tag = data[offset] ?? 0;
    const length = data[offset + 1];
    if (length === undefined || offset + 2 + length > data.length || !KNOWN.has(tag)) return refuse('wrongData');
    const value = data.slice(offset + 2, offset + 2 + length);
    const earlier = fields.get(tag);
    if (earlier === undefined) fields.set(tag, [value]);
    else if (tag === TAG.tlvRecord) earlier.push(value);
    else refuse('wrongData');
    offset += 2 + length;
  }
  return fields;
}

function optional(fields: Fields, tag: number): Uint8Array | null {
  return fields.get(tag)?.[0] ?? null;
}

function required(fields: Fields, tag: number, length: number): Uint8Array {
  const value = optional(fields, tag);
  return value?.length === length ? value : refuse('wrongData');
}

function requireOnly(fields: Fields, tags: readonly number[]): void {
  if ([...fields.keys()].some((tag) => !tags.includes(tag))) refuse('wrongData');
}

function readRules(fields: Fields): FileRules {
  const transport = optional(fields, ACCESS_TAGS.transport) ?? Uint8Array.of(0, 0);
  const form =
    transport.length === 2 ? (['plain', 'mac', 'encipher-and-mac'] as const)[byteAt(transport, 0)] : undefined;
  return {
    read: readAccess(required(fields, ACCESS_TAGS.read, 1)),
    update: readAccess(required(fields, ACCESS_TAGS.update, 1)),
    erase: fields.has(ACCESS_TAGS.erase) ? readAccess(required(fields, ACCESS_TAGS.erase, 1)) : { kind: 'never' },
    transport: form ?? refuse('wrongData'),
    transportKid: byteAt(transport, 1),
  };
}

function readAccess(value: Uint8Array): AccessRule {
  const byte = byteAt(value, 0);
  if (byte === 0x00) return { kind: 'free' };
  if (byte === 0xff) return { kind: 'never' };
  return (byte & 0xf0) === 0x40 ? { kind: 'key', nibble: byte & 0x0f } : refuse('wrongData');
}

function readBody(type: number, fields: Fields): FileBody {
  const rules = [TAG.type, TAG.fid, ...Object.values(ACCESS_TAGS)];
  if (type === 0x01) {
    requireOnly(fields, [...rules, TAG.size]);
    const sizeBytes = readUint16(required(fields, TAG.size, 2));
    if (sizeBytes === 0) refuse('wrongData');
    return { structure: 'transparent', content: new Uint8Array(sizeBytes) };
  }
  const counts = required(fields, TAG.records, 2);
  const recordCount = byteAt(counts, 0);
  const recordSizeBytes = byteAt(counts, 1);
  if (recordCount === 0) refuse('wrongData');
  if (type === 0x05) {
    requireOnly(fields, [...rules, TAG.records, TAG.tlvRecord]);
    return readTlvRecords(recordCount, fields.get(TAG.tlvRecord) ?? []);
  }
  requireOnly(fields, [...rules, TAG.records]);
  if (recordSizeBytes === 0) refuse('wrongData');
  if (type === 0x02) {
    const records = Array.from({ length: recordCount }, () => new Uint8Array(recordSizeBytes).fill(0xff));
    return { structure: 'fixed-records', recordSizeBytes, records };
  }
  if (type === 0x06) return { structure: 'cyclic', recordSizeBytes, recordCount, records: [] };
  return refuse('wrongData');
}

function readTlvRecords(recordCount: number, shapes: readonly Uint8Array[]): FileBody {
  if (shapes.length !== recordCount || shapes.some((shape) => shape.length !== 2)) refuse('wrongData');
  if (new Set(shapes.map((shape) => shape[0])).size !== recordCount) refuse('wrongData');
  const records = shapes.map((shape) => concatBytes(shape, new Uint8Array(byteAt(shape, 1))));
  return { structure: 'tlv-records', records };
}

/** Bytes of memory that a file takes; 16 for its entry in the directory. */
export function bodySizeBytes(body: FileBody): number {
  if (body.structure === 'transparent') return 16 + body.content.length;
  if (body.structure === 'cyclic') return 16 + body.recordCount * body.recordSizeBytes;
  return 16 + body.records.reduce((sum, record) => sum + record.length, 0);
}
