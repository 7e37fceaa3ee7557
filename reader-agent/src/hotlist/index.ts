/** Cards that must not be served. */
export * from './hotlist-desk.ts';
export * from './http-source.ts';
