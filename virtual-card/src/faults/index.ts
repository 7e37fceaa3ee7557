/** Faults for tests and demonstrations. */
export type { Fault, FaultKind, FaultPlace } from './fault-plan.ts';
export { checkFaults, FAULT_KINDS } from './fault-plan.ts';
export type { FaultyCardOptions } from './faulty-card.ts';
export { FaultyCard } from './faulty-card.ts';
export { FaultyMemory } from './faulty-memory.ts';
export type { CardTransport } from './faulty-transport.ts';
export { asTransport, garbled, silent, slow } from './faulty-transport.ts';
export type { TearPoint } from './tear.ts';
export { PowerLost, TearingMemory } from './tear.ts';
