/** A card bureau's orders: files, lines and their states, the judgement of what comes back. */
export * from './judge-return.ts';
export * from './line-states.ts';
export * from './order-file.ts';
export * from './return-file.ts';
