/** The SAM as a terminal uses it: session, TerminalKeys, signer of visits; its issue. */
export * from './commands/index.ts';
export * from './decode-sam-file.ts';
export * from './errors.ts';
export * from './issue/index.ts';
export * from './sam-atr.ts';
export * from './sam-session.ts';
export * from './sam-terminal-keys.ts';
export * from './sam-visit-signer.ts';
