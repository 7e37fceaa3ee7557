/** What the agent remembers of its writes, on disk and sealed. */
export * from './entry.ts';
export * from './folder.ts';
export * from './open-journal.ts';
export * from './write-journal.ts';
