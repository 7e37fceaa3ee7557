/** Whether a newer version is there. */
export * from './update-check.ts';
