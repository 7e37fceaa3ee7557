/** The whole log as files, named as `npm run audit-export` names them, so that the offline commands take them as they are. */
import { callText, saveAs } from '@rhc/console-shell';

const PAGE = 1_000;

/** Sizes stand alone on the second line of each note (C2SP tlog-checkpoint). */
const sizesOf = (notes: string): number[] => [...notes.matchAll(/^\d{1,15}$/gm)].map(([size]) => Number(size));

async function allCheckpoints(): Promise<string> {
  const pages: string[] = [];
  for (let from = 0; ; ) {
    const page = await callText('/v1/audit/checkpoints', { query: { from, limit: PAGE } });
    const sizes = sizesOf(page);
    if (sizes.length > 0) pages.push(page);
    if (sizes.length < PAGE) return pages.join('\n');
    from = (sizes.at(-1) ?? from) + 1;
  }
}

async function allLeaves(): Promise<string[]> {
  const pages: string[] = [];
  for (let from = 0; ; ) {
    const page = await callText('/v1/audit/leaves', { query: { from, limit: PAGE } });
    const read = page.split('\n').length - 1;
    pages.push(page);
    if (read < PAGE) return pages;
    from += read;
  }
}

export async function exportLog(): Promise<void> {
  // A fresh checkpoint first, so that what is there now is covered.
  await callText('/v1/audit/checkpoint');
  saveAs(new Blob([await callText('/v1/audit/key')]), 'audit-key.pem');
  saveAs(new Blob([await allCheckpoints()]), 'checkpoints.txt');
  saveAs(new Blob(await allLeaves(), { type: 'application/x-ndjson' }), 'leaves.jsonl');
}
