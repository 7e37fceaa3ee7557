/** The column names of a CSV, read here in the browser, to begin a mapping with. */
const HEAD_BYTES = 65_536;

export async function csvHeader(file: Blob): Promise<string[]> {
  const bytes = await file.slice(0, HEAD_BYTES).arrayBuffer();
  const line = decoded(bytes).split(/\r?\n/)[0] ?? '';
  return line
    .split(',')
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'))
    .filter((name) => name !== '');
}

function decoded(bytes: ArrayBuffer): string {
  try {
    // The last character may be cut off in the middle: only the first line is of interest.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.slice(0, firstLineEnd(bytes)));
  } catch {
    return new TextDecoder('gb18030').decode(bytes);
  }
}

function firstLineEnd(bytes: ArrayBuffer): number {
  const at = new Uint8Array(bytes).indexOf(0x0a);
  return at < 0 ? bytes.byteLength : at;
}
