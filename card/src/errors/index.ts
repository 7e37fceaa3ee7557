export * from './rhc-error.ts';
