/** A terminal's session with a card, over a Transport and TerminalKeys. */
export * from './block.ts';
export * from './card-dialogue.ts';
export * from './card-session.ts';
export * from './decode-file.ts';
export * from './errors.ts';
export * from './local-terminal-keys.ts';
export * from './ports.ts';
export * from './read-back.ts';
export * from './resolve-response.ts';
export * from './types.ts';
