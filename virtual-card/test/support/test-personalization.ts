/** A whole personalization by the tests' terminal: 22 keys × 2 versions, all files with a content of their own. */
import type { DirectoryName, ElementaryFile } from '@rhc/card/profile';
import { CARD_KEY_SLOTS, DIRECTORY_NAMES, nationalProfile } from '@rhc/card/profile';
import { directoryDescriptor, fileDescriptor } from '../../src/cos/formatted-chip.ts';
import { hexOf, type TestTerminal } from './test-terminal.ts';

export const VERSIONS = [1, 2] as const;
const hex4 = (n: number): string => n.toString(16).toUpperCase().padStart(4, '0');
const hex2 = (n: number): string => n.toString(16).toUpperCase().padStart(2, '0');

/** Records in number order (cyclic: newest first), or the transparent file as one entry. */
export function sampleContents(file: ElementaryFile): readonly Buffer[] {
  if (file.structure === 'transparent') {
    return [Buffer.from(Array.from({ length: file.sizeBytes }, (_, i) => (file.fid + i) & 0xff))];
  }
  if (file.structure === 'tlv-records') {
    return file.elements.map(({ item, sizeBytes }) =>
      Buffer.from([item, sizeBytes, ...new Array<number>(sizeBytes).fill(item)]),
    );
  }
  const fill = file.structure === 'cyclic' ? 0x60 : 0xff;
  return Array.from({ length: file.recordCount }, (_, i) =>
    Buffer.alloc(file.recordSizeBytes, file.structure === 'cyclic' ? fill + i : fill),
  );
}

/** Step by step from the MF: a DF0x is found from DDF1 or a sibling, not from the MF. */
export function selectDirectory(terminal: TestTerminal, name: DirectoryName): void {
  const { fid, parent } = nationalProfile.directory(name);
  if (parent !== null) selectDirectory(terminal, parent);
  expectOk(terminal.send(`00A4000002${hex4(fid)}`), `SELECT ${name}`);
}

function expectOk(answer: string, what: string): void {
  if (!answer.endsWith('9000')) throw new Error(`${what}: ${answer}`);
}

/** Every command after the channel is open, END excluded; each is idempotent, so it may be run again on a torn card. */
export function loadCard(
  terminal: TestTerminal,
  transmitFiles: readonly ElementaryFile[] = nationalProfile.files,
): void {
  const run = (command: string, what: string) => expectOk(terminal.send(command), what);
  for (const directory of DIRECTORY_NAMES) {
    const { fid, parent, dfName } = nationalProfile.directory(directory);
    if (parent !== null) {
      run(`00A4000002${hex4(nationalProfile.directory(parent).fid)}`, 'SELECT parent');
      const descriptor = hexOf(directoryDescriptor(fid, dfName === null ? null : Buffer.from(dfName, 'hex')));
      run(`80E00000${hex2(descriptor.length / 2)}${descriptor}`, `CREATE ${directory}`);
    }
    run(`00A4000002${hex4(fid)}`, `SELECT ${directory}`);
    for (const file of transmitFiles.filter((entry) => entry.directory === directory)) {
      const descriptor = hexOf(fileDescriptor(nationalProfile, file));
      run(`80E00000${hex2(descriptor.length / 2)}${descriptor}`, `CREATE ${file.id}`);
    }
  }
  for (const slot of CARD_KEY_SLOTS) {
    for (const version of VERSIONS) {
      selectDirectory(terminal, nationalProfile.keySlot(slot).directory);
      expectOk(terminal.writeKey(slot, version), `WRITE KEY ${slot} v${version}`);
    }
  }
  for (const file of transmitFiles) {
    selectDirectory(terminal, file.directory);
    run(`00A4000002${hex4(file.fid)}`, `SELECT ${file.id}`);
    writeContents(file, run);
  }
}

function writeContents(file: ElementaryFile, run: (command: string, what: string) => void): void {
  const contents = sampleContents(file);
  if (file.structure === 'transparent') {
    const content = contents[0] ?? Buffer.alloc(0);
    for (let offset = 0; offset < content.length; offset += 128) {
      const part = content.subarray(offset, offset + 128);
      run(`00D6${hex4(offset)}${hex2(part.length)}${hexOf(part)}`, `UPDATE BINARY ${file.id}`);
    }
    return;
  }
  // The oldest is appended first, so that the newest ends as number 1.
  const cyclic = file.structure === 'cyclic';
  for (const [i, record] of (cyclic ? [...contents].reverse() : contents).entries()) {
    const address = cyclic ? '0003' : `${hex2(i + 1)}04`;
    run(`00DC${address}${hex2(record.length)}${hexOf(record)}`, `UPDATE RECORD ${file.id}`);
  }
}

export function endCard(terminal: TestTerminal): string {
  const contents = nationalProfile.files.map((file) => ({
    df: nationalProfile.directory(file.directory).fid,
    ef: file.fid,
    content: Buffer.concat(sampleContents(file)),
  }));
  return terminal.secured('84440000', terminal.digest(contents, VERSIONS));
}
