/** What a terminal does with a card's session keys (ADR 001, "Dispersal, session keys, cryptograms"). */
import { concatBytes, equalBytes } from '@rhc/card/bytes';
import type { Handle } from '../pkcs11/module.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { TerminalInput, TerminalOutput } from '../port.ts';
import { authenticationBlock, foldHalves, lastBlock, pad80, ZERO_BLOCK } from './blocks.ts';
import { authenticate } from './prepare.ts';

export function terminal(token: Token, operations: readonly TerminalInput[]): TerminalOutput[] {
  return operations.map((operation) =>
    token.withKey(operation.sessionKey, templates.session, (key): TerminalOutput => {
      switch (operation.kind) {
        case 'external-authentication':
          return { kind: operation.kind, ...authenticate(token, key) };
        case 'verify-internal-authentication': {
          const expected = foldHalves(token.ecb(key, authenticationBlock(operation.r2)));
          return { kind: operation.kind, genuine: equalBytes(expected, operation.answer) };
        }
        case 'protect':
          return { kind: operation.kind, data: protect(token, key, operation.header, operation.plain) };
      }
    }),
  );
}

/** cipher ‖ MAC4; the MAC covers CLA INS P1 P2 Lc and the cipher, Lc final. */
function protect(token: Token, key: Handle, header: Uint8Array, plain: Uint8Array | null): Uint8Array {
  const cipher =
    plain === null
      ? new Uint8Array(0)
      : Uint8Array.from(token.ecb(key, pad80(concatBytes(Uint8Array.of(plain.length), plain))));
  const maced = concatBytes(header, Uint8Array.of(cipher.length + 4), cipher);
  const mac = lastBlock(token.cbc(key, ZERO_BLOCK, pad80(maced))).slice(0, 4);
  return concatBytes(cipher, mac);
}
