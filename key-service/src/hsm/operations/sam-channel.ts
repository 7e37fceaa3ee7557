/**
 * One stretch of a SAM's issue channel (ADR 006) in a worker of the SAM token (ADR 024): authentication with the control key,
 * roots unsealed and wrapped under SKe, files, the first PIN, all in one MAC chain. No key byte leaves the token; the PIN is
 * drawn here and leaves enciphered for the SAM and sealed for its mailer.
 */
import { concatBytes, equalBytes } from '@rhc/card/bytes';
import { packPin } from '@rhc/card/sam';
import { keyServiceErrors } from '../../errors.ts';
import type { SuiteKey } from '../pkcs11/suite-key.ts';
import type { Token } from '../pkcs11/token.ts';
import type { SamChannelInput, SamChannelItem, SamChannelOutput, SealedRoot } from '../port.ts';
import { KEY_BYTES, pad80, ZERO_BLOCK } from './blocks.ts';
import { sealDataKey } from './data-keys.ts';
import { authenticate } from './prepare.ts';
import { withSealedRoot } from './sealed-root.ts';

const MAC_BYTES = 4;
const FINAL_BLOCK = pad80(new Uint8Array(0), KEY_BYTES);
/** Bytes from here on are drawn again, so that every digit is as likely as another. */
const FAIR_BYTES = 250;

export function samChannel(token: Token, input: SamChannelInput): SamChannelOutput {
  const keyFor = (block: Uint8Array) => ({ ...input.controlKey, blocks: [...input.controlKey.blocks, block] });
  let sealedPin: Uint8Array | null = null;
  const { authentication, plain } = token.withKey(keyFor(input.encipherBlock), 'wrapping', (ske) => ({
    authentication: input.macChaining === null ? authenticate(token, ske) : null,
    plain: input.items.map((item) => {
      if (item.kind !== 'pin') return { item, data: dataOf(token, ske, item, input.sealed) };
      const made = pinOf(token, ske, item);
      sealedPin = made.sealed;
      return { item, data: made.data };
    }),
  }));
  return token.withKey(keyFor(input.macBlock), 'session', (skm) => {
    let chaining = input.macChaining ?? ZERO_BLOCK.slice(0, skm.blockBytes);
    const publicKey = input.keyPairAnswer === null ? null : checkedPublicKey(skm, chaining, input.keyPairAnswer);
    const commands = plain.map(({ item, data }) => {
      const framed = concatBytes(item.header, Uint8Array.of(data.length + MAC_BYTES), data);
      const chain = skm.cbc(chaining, pad80(framed, skm.blockBytes));
      chaining = Uint8Array.from(chain.subarray(chain.length - skm.blockBytes));
      return concatBytes(framed, chaining.slice(0, MAC_BYTES));
    });
    return { authentication, commands, macChaining: chaining, publicKey, sealedPin };
  });
}

function dataOf(
  token: Token,
  ske: SuiteKey,
  item: Exclude<SamChannelItem, { kind: 'pin' }>,
  sealed: readonly SealedRoot[],
): Uint8Array {
  switch (item.kind) {
    case 'plain':
      return item.data;
    case 'control-key':
      return token.withKey(item.key, 'cardKey', (key) => writeKeyData(ske, item.description, key));
    case 'root': {
      const seal = sealed.find(({ root }) => root === item.root);
      if (seal === undefined) throw keyServiceErrors.make('SAM_ROOT_NOT_SEALED', { detail: item.root });
      return withSealedRoot(token, seal, (key) => writeKeyData(ske, item.description, key));
    }
  }
}

const writeKeyData = (ske: SuiteKey, description: Uint8Array, key: SuiteKey): Uint8Array =>
  concatBytes(
    Uint8Array.from(ske.ecb(description)),
    Uint8Array.from(ske.wrap(key)),
    Uint8Array.from(ske.ecb(FINAL_BLOCK)),
  );

function pinOf(token: Token, ske: SuiteKey, item: Extract<SamChannelItem, { kind: 'pin' }>) {
  let digits = '';
  while (digits.length < item.digits) {
    const [byte = FAIR_BYTES] = token.random(1);
    if (byte < FAIR_BYTES) digits += String(byte % 10);
  }
  const packed = packPin(digits);
  const block = pad80(concatBytes(Uint8Array.of(packed.length + 1, item.tries), packed), ske.blockBytes);
  try {
    const data = Uint8Array.from(ske.ecb(block));
    const { sealed } = sealDataKey(token, { ...item.seal, key: Uint8Array.from(new TextEncoder().encode(digits)) });
    return { data, sealed };
  } finally {
    packed.fill(0);
    block.fill(0);
  }
}

/** x ‖ y of the answer to GENERATE KEY PAIR, whose MAC goes on from the command's last block. */
function checkedPublicKey(skm: SuiteKey, chaining: Uint8Array, answer: Uint8Array): Uint8Array {
  const publicKey = answer.slice(0, 64);
  const chain = skm.cbc(chaining, pad80(publicKey, skm.blockBytes));
  const mac = chain.subarray(chain.length - skm.blockBytes).slice(0, MAC_BYTES);
  if (answer.length === 64 + MAC_BYTES && equalBytes(mac, answer.slice(64))) return publicKey;
  throw keyServiceErrors.make('SAM_ANSWER_WRONG', { detail: 'MAC of GENERATE KEY PAIR' });
}
