/** What a terminal does with a card's session keys (ADR 001, "Dispersal, session keys, cryptograms"). */
import { concatBytes, equalBytes } from '@rhc/card/bytes';
import type { SuiteKey } from '../pkcs11/suite-key.ts';
import type { Token } from '../pkcs11/token.ts';
import type { TerminalInput, TerminalOutput } from '../port.ts';
import { authenticationBlock, foldHalves, lastBlock, pad80, ZERO_BLOCK } from './blocks.ts';
import { authenticate } from './prepare.ts';

export function terminal(token: Token, operations: readonly TerminalInput[]): TerminalOutput[] {
  return operations.map((operation) =>
    token.withKey(operation.sessionKey, 'session', (key): TerminalOutput => {
      switch (operation.kind) {
        case 'external-authentication':
          return { kind: operation.kind, ...authenticate(token, key) };
        case 'verify-internal-authentication': {
          const expected = foldHalves(key.ecb(authenticationBlock(operation.r2)));
          return { kind: operation.kind, genuine: equalBytes(expected, operation.answer) };
        }
        case 'protect':
          return { kind: operation.kind, data: protect(key, operation.header, operation.plain) };
      }
    }),
  );
}

/** cipher ‖ MAC4; the MAC covers CLA INS P1 P2 Lc and the cipher, Lc final. */
function protect(key: SuiteKey, header: Uint8Array, plain: Uint8Array | null): Uint8Array {
  const { blockBytes } = key;
  const cipher =
    plain === null
      ? new Uint8Array(0)
      : Uint8Array.from(key.ecb(pad80(concatBytes(Uint8Array.of(plain.length), plain), blockBytes)));
  const maced = concatBytes(header, Uint8Array.of(cipher.length + 4), cipher);
  const mac = lastBlock(key.cbc(ZERO_BLOCK.slice(0, blockBytes), pad80(maced, blockBytes)), blockBytes).slice(0, 4);
  return concatBytes(cipher, mac);
}
