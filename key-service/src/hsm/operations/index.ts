/** Name of an operation → what the worker does for it. A missing one does not compile. */
import type { Token } from '../pkcs11/token.ts';
import type { HsmOperationName, HsmOperations } from '../port.ts';
import { foundRoster, replaceRoster } from '../quorum/gate.ts';
import { rosterInForce } from '../quorum/notes.ts';
import { backupRoots } from './backup-roots.ts';
import { openDataKey, sealDataKey } from './data-keys.ts';
import { generateRoot } from './generate-root.ts';
import { importRoot } from './import-root.ts';
import { exportKeyBlock, importKeyBlock, importProtectionKey } from './key-blocks.ts';
import { ensureKeyPair, sign } from './key-pairs.ts';
import { forgetBlock, keepSeals, moveSamRoots } from './move-sam-roots.ts';
import { describeParts, discardParts, enterPart } from './parts.ts';
import { finish, prepare } from './prepare.ts';
import { rekey } from './rekey.ts';
import { ensureUnwrapPair, receiveRoot, rewrapRoot } from './restore-root.ts';
import { forgetBackup } from './root-backup.ts';
import { samChannel } from './sam-channel.ts';
import { forgetSeal, sealedSamRoots, sealOf } from './sam-seals.ts';
import { standingRoots } from './standing-root.ts';
import { terminal } from './terminal.ts';
import { wrapCardKeys } from './wrap-card-keys.ts';

type Operations = {
  /** `approved` is the worker's own: it waits for signatures to be verified. */
  readonly [K in Exclude<HsmOperationName, 'approved'>]: (
    token: Token,
    input: HsmOperations[K]['input'],
  ) => HsmOperations[K]['output'];
};

export const operations: Operations = {
  prepare,
  finish,
  rekey,
  terminal,
  'import-root': importRoot,
  'enter-part': enterPart,
  'describe-parts': describeParts,
  'discard-parts': discardParts,
  'import-protection-key': importProtectionKey,
  'import-key-block': importKeyBlock,
  'export-key-block': exportKeyBlock,
  'wrap-card-keys': wrapCardKeys,
  'describe-roots': standingRoots,
  'destroy-root': (token, { root }) => {
    const sealed = sealOf(token, root) !== null;
    forgetBlock(token, root);
    forgetSeal(token, root);
    forgetBackup(token, root);
    return { destroyed: token.destroyRoot(root) || sealed };
  },
  'generate-root': generateRoot,
  'backup-roots': backupRoots,
  'ensure-unwrap-pair': ensureUnwrapPair,
  'rewrap-root': rewrapRoot,
  'receive-root': receiveRoot,
  'roster-in-force': (token) => rosterInForce(token),
  'found-roster': foundRoster,
  'replace-roster': replaceRoster,
  'seal-data-key': sealDataKey,
  'open-data-key': openDataKey,
  'sam-channel': samChannel,
  'sam-check-value': (token, { key }) => ({ kcv: token.withKey(key, 'session', (lent) => lent.checkValue()) }),
  'sealed-sam-roots': sealedSamRoots,
  'keep-seals': keepSeals,
  'move-sam-roots': moveSamRoots,
  'ensure-key-pair': ensureKeyPair,
  sign,
  'wrap-loop': (token, { key, count }) => {
    const wrapping: typeof key = { ...key, blocks: [...key.blocks, new Uint8Array(16)] };
    token.withKey(wrapping, 'wrapping', (wrappingKey) => {
      for (let i = 0; i < count; i++) token.withKey(key, 'cardKey', (cardKey) => wrappingKey.wrap(cardKey));
    });
    return { count };
  },
};
