/** Looking at readers and past dialogues, and handing that out without anybody's data. */
export * from './atr-report.ts';
export * from './bundle.ts';
export * from './dialogue.ts';
export * from './probe-reader.ts';
export * from './recording-port.ts';
