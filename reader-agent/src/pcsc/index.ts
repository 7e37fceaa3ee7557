/** PC/SC: the narrow port and its supervised implementation. `child.ts` is a process of its own and not exported. */
export * from './codes.ts';
export * from './fork-child.ts';
export * from './port.ts';
export * from './supervised-port.ts';
export * from './supervisor.ts';
export * from './system-timers.ts';
