/** The national interface of 2012 over HTTP. */
export { LegacyFacade } from './facade.ts';
export * from './xml-text.ts';
