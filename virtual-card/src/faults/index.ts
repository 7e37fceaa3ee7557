/** Faults for tests and demonstrations. */
export type { CardTransport } from './faulty-transport.ts';
export { asTransport, garbled, silent, slow } from './faulty-transport.ts';
export type { TearPoint } from './tear.ts';
export { PowerLost, TearingMemory } from './tear.ts';
