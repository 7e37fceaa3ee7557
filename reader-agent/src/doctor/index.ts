/** Looking after a desk from the command line. */
export * from './browser-policies.ts';
export * from './checks.ts';
export * from './this-machine.ts';
