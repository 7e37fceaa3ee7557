/** Whether this desk's time can be relied on. */
export * from './clock-check.ts';
