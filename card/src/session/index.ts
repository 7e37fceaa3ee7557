/** A terminal's session with a card, over a Transport and TerminalKeys. */
export * from './card-session.ts';
export * from './errors.ts';
export * from './local-terminal-keys.ts';
export * from './ports.ts';
export * from './resolve-response.ts';
export * from './types.ts';
