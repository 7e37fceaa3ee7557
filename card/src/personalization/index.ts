/** Personalization: the card's content as bytes, the steps onto the chip, the read-back, and the dialogue of a whole card. */
export * from './card-content.ts';
export * from './digests.ts';
export * from './errors.ts';
export * from './local-personalization-keys.ts';
export * from './personalize-card.ts';
export * from './ports.ts';
export { compareReadBack } from './read-back.ts';
export * from './steps.ts';
export * from './types.ts';
export * from './verdict.ts';
