/** One commit: the content before and the changes give the content after. Pure. */
import type { Change, ChipContent, FileAddress, FileBody } from './chip-content.ts';
import { sameFile, sameKey } from './chip-content.ts';

export function applyChanges(content: ChipContent, changes: readonly Change[]): ChipContent {
  return { ...changes.reduce(applyChange, content), commits: content.commits + 1 };
}

function applyChange(content: ChipContent, change: Change): ChipContent {
  switch (change.kind) {
    case 'set-state':
      return { ...content, state: change.state };
    case 'set-block': {
      const { directory, block } = change;
      return {
        ...content,
        directories: content.directories.map((entry) => (entry.fid === directory ? { ...entry, block } : entry)),
      };
    }
    case 'create-directory':
      return { ...content, directories: [...content.directories, change.directory] };
    case 'create-file':
      return { ...content, files: [...content.files, change.file] };
    case 'write-record':
      return changeBody(content, change.file, (body) => writeRecord(body, change.record, change.content));
    case 'append-record':
      return changeBody(content, change.file, (body) => appendRecord(body, change.content));
    case 'write-binary':
      return changeBody(content, change.file, (body) => writeBinary(body, change.offset, change.content));
    case 'write-key': {
      const known = content.keys.some((key) => sameKey(key, change.key));
      const keys = known
        ? content.keys.map((key) => (sameKey(key, change.key) ? change.key : key))
        : [...content.keys, change.key];
      return { ...content, keys };
    }
    case 'erase-key':
      return { ...content, keys: content.keys.filter((key) => !sameKey(key, change.key)) };
    case 'set-tries':
      return {
        ...content,
        keys: content.keys.map((key) => (sameKey(key, change.key) ? { ...key, triesLeft: change.triesLeft } : key)),
      };
  }
}

/** Bytes of non-volatile memory that a commit writes; the wire model counts 64-byte pages of it. */
export function writtenBytes(changes: readonly Change[]): number {
  return changes.reduce((sum, change) => sum + changeSize(change), 0);
}

function changeSize(change: Change): number {
  if ('content' in change) return change.content.length;
  if (change.kind === 'create-file') return change.file.descriptor.length;
  if (change.kind === 'create-directory') return change.directory.descriptor.length;
  return change.kind === 'write-key' ? 32 : 1;
}

function changeBody(content: ChipContent, address: FileAddress, edit: (body: FileBody) => FileBody): ChipContent {
  const files = content.files.map((file) => (sameFile(file, address) ? { ...file, body: edit(file.body) } : file));
  return { ...content, files };
}

function writeRecord(body: FileBody, record: number, value: Uint8Array): FileBody {
  if (body.structure === 'transparent') throw new RangeError('a transparent file has no records');
  if (record < 1 || record > body.records.length) throw new RangeError(`no record ${record}`);
  return { ...body, records: body.records.map((old, i) => (i === record - 1 ? value : old)) };
}

function appendRecord(body: FileBody, value: Uint8Array): FileBody {
  if (body.structure !== 'cyclic') throw new RangeError('only a cyclic file is appended to');
  return { ...body, records: [value, ...body.records].slice(0, body.recordCount) };
}

function writeBinary(body: FileBody, offset: number, value: Uint8Array): FileBody {
  if (body.structure !== 'transparent') throw new RangeError('only a transparent file has offsets');
  if (offset < 0 || offset + value.length > body.content.length) throw new RangeError(`offset ${offset} is outside`);
  const content = Uint8Array.from(body.content);
  content.set(value, offset);
  return { ...body, content };
}
