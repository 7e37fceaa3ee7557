/** Thin client of key-service and its adapters to the card's ports. */
export { KeyServiceClient, type KeyServiceClientOptions } from './key-service-client.ts';
export { personalizationKeysOver } from './personalization-keys.ts';
export { rekeyKeysOver } from './rekey-keys.ts';
export { terminalKeysOver } from './terminal-keys.ts';
