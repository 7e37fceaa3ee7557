/** The SAM as data: files, key table, commands, product. */
export * from './commands.ts';
export * from './files.ts';
export * from './key-references.ts';
export { rhcSam1 } from './rhc-sam-1.ts';
export * from './types.ts';
