/** Thin client of key-service and its adapters to the card's ports. */

export { bureauKeysOver } from './bureau-keys.ts';
export { type EnrolmentOptions, enrolByCode, renewIfDue } from './enrolment.ts';
export { hotlistSignerOver } from './hotlist-signer.ts';
export * from './issue-sam.ts';
export { KeyServiceClient, type KeyServiceClientOptions } from './key-service-client.ts';
export { personalizationKeysOver } from './personalization-keys.ts';
export { rekeyKeysOver } from './rekey-keys.ts';
export { terminalKeysOver } from './terminal-keys.ts';
export { TlsMember, type TlsMemberOptions } from './tls-member.ts';
