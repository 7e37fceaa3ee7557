/** What card-issuer is to be told once the network is there. */
export * from './event-queue.ts';
export * from './open-event-queue.ts';
export * from './queue-sender.ts';
