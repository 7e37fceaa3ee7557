/** What a page signs with the key it was paired with. Alone here, so that the SDK for pages takes in nothing else. */

/** With the code that a person carried over. */
export const confirmText = (origin: string, request: string, code: string): string =>
  ['rhc-pairing-confirm/1', origin, request, code].join('\n');

/** For a token of five minutes. */
export const tokenText = (origin: string, grant: string, challenge: string): string =>
  ['rhc-pairing-token/1', origin, grant, challenge].join('\n');
