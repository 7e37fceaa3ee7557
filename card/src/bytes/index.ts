/** Bytes: hex, concatenation, constant-time comparison, cursors, secrets. */
export * from './byte-reader.ts';
export * from './hex.ts';
export * from './operations.ts';
export * from './secret-bytes.ts';
