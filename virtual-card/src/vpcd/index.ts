/** The way into pcscd's virtual reader. */
export type { InsertedCard, VpcdClientOptions } from './vpcd-client.ts';
export { VpcdClient } from './vpcd-client.ts';
