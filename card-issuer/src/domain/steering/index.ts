/** Steering: where the province stands, where it leaks, when targets are met, what capacity a plan needs. */
export * from './capacity.ts';
export * from './forecast.ts';
export * from './stages.ts';
export * from './targets.ts';
