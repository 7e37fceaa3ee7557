/** Name of an operation → what the worker does for it. A missing one does not compile. */
import { keyServiceErrors } from '../../errors.ts';
import { PROTECTION_KEY_PREFIX } from '../pkcs11/key-block-engine.ts';
import { templates } from '../pkcs11/templates.ts';
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperationName, HsmOperations } from '../port.ts';
import { DATA_KEY_PREFIX, openDataKey, sealDataKey } from './data-keys.ts';
import { describeRoot, importRoot } from './import-root.ts';
import { exportKeyBlock, importKeyBlock, importProtectionKey } from './key-blocks.ts';
import { finish, prepare } from './prepare.ts';
import { rekey } from './rekey.ts';
import { terminal } from './terminal.ts';

type Operations = {
  readonly [K in HsmOperationName]: (token: Token, input: HsmOperations[K]['input']) => HsmOperations[K]['output'];
};

export const operations: Operations = {
  prepare,
  finish,
  rekey,
  terminal,
  'import-root': importRoot,
  'import-protection-key': importProtectionKey,
  'import-key-block': importKeyBlock,
  'export-key-block': exportKeyBlock,
  'describe-roots': (token) =>
    token
      .rootNames()
      .filter((name) => !name.startsWith(PROTECTION_KEY_PREFIX) && !name.startsWith(DATA_KEY_PREFIX))
      .sort()
      .map((root) => describeRoot(token, root)),
  'destroy-root': (token, { root }) => ({ destroyed: token.destroyRoot(root) }),
  'ensure-key-pair': (token, { pair }) => {
    const present = token.findPair(pair);
    const keys = present ?? token.generatePair(pair, true);
    return { publicKey: Uint8Array.from(token.publicPoint(keys.publicKey)), created: present === null };
  },
  sign: (token, { pair, digest }) => {
    const keys = token.findPair(pair);
    if (keys === null) throw keyServiceErrors.make('KEY_MISSING', { detail: pair });
    return { signature: Uint8Array.from(token.sign(keys.privateKey, digest)) };
  },
  'seal-data-key': sealDataKey,
  'open-data-key': openDataKey,
  'wrap-loop': (token, { key, count }) => {
    const wrapping: typeof key = { ...key, blocks: [...key.blocks, new Uint8Array(16)] };
    token.withKey(wrapping, templates.wrapping, (wrappingKey) => {
      for (let i = 0; i < count; i++) {
        token.withKey(key, templates.cardKey, (cardKey) => token.wrap(wrappingKey, cardKey));
      }
    });
    return { count };
  },
};
