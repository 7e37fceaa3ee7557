/**
 * A bureau's HSM in software: opens the key blocks of one line with the transport key and makes the commands of one card. It
 * knows the transport key and nothing of the issuer's roots, and is written against the order file alone.
 */
import { concatBytes } from '@rhc/card/bytes';
import { END_PERSONALIZATION_HEADER, externalAuthenticate, writeKeyHeader } from '@rhc/card/commands';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { endDigest, type PersonalizationKeys } from '@rhc/card/personalization';
import { type AlgorithmSuite, type CardKeySlotName, nationalProfile } from '@rhc/card/profile';
import {
  blockBytes,
  channelCommand,
  channelKeys,
  encipherKeyBlocks,
  externalAuthenticationCryptogram,
  internalAuthenticationAnswer,
  kcvEnc0,
  keyAttributes,
} from '@rhc/card/secure-messaging';
import type { RandomBytes } from '@rhc/card/session';
import { openKeyBlock } from '../../../key-service/src/domain/key-block/key-block.ts';
import { softKeyBlockEngine } from '../../../key-service/src/hsm/soft-key-block-engine.ts';
import type { OrderLine } from '../../src/domain/bureau/index.ts';

export interface OpenedKeys {
  readonly keys: PersonalizationKeys;
  /** What `finish` saw: the digests of the chip's own content. */
  readonly seen: { filesDigest: Uint8Array | null; endDigest: Uint8Array | null };
  key(slot: string, version: number): Uint8Array;
}

export function openLine(
  line: OrderLine,
  transportKey: Uint8Array,
  suite: AlgorithmSuite,
  random: RandomBytes,
): OpenedKeys {
  const engine = softKeyBlockEngine('AES', transportKey);
  const opened = new Map<string, Uint8Array>();
  for (const { slot, version, block, kcv } of line.keys) {
    const { header, key } = openKeyBlock(block, engine);
    const label = header.optionalBlocks.find(({ id }) => id === 'LB')?.data;
    if (label !== `${slot}#${version}/${line.cardFactor}`) throw new Error(`block of another key: ${label}`);
    if (
      Buffer.from(kcvEnc0(nodeCrypto, suite, key))
        .toString('hex')
        .toUpperCase() !== kcv
    )
      throw new Error('KCV');
    opened.set(`${slot}#${version}`, key);
  }
  const key = (slot: string, version: number): Uint8Array => {
    const found = opened.get(`${slot}#${version}`);
    if (found === undefined) throw new Error(`the order holds no ${slot}#${version}`);
    return found;
  };
  const [first, ...loads] = line.keys;
  const seen: OpenedKeys['seen'] = { filesDigest: null, endDigest: null };
  const master = (version: number) => (version === 0 ? key('TMK', first?.version ?? 1) : key('MK.MF', version));
  const authenticate = (with_: Uint8Array, challenge: Uint8Array) => {
    const terminalRandom = random(8);
    return {
      cryptogram: externalAuthenticationCryptogram(nodeCrypto, suite, with_, challenge, terminalRandom),
      terminalRandom,
    };
  };
  const keys: PersonalizationKeys = {
    prepare({ challenge, masterKeyVersion }) {
      const channel = channelKeys(nodeCrypto, suite, master(masterKeyVersion), challenge);
      let macChaining: Uint8Array = new Uint8Array(blockBytes(suite));
      const commands = loads.map(({ slot, version }) => {
        const name = slot as CardKeySlotName;
        const declared = nationalProfile.keySlot(name);
        const value = key(slot, version);
        const data = encipherKeyBlocks(
          nodeCrypto,
          suite,
          channel.encipherment,
          keyAttributes(declared, version, suite),
          value,
        );
        const secured = channelCommand(nodeCrypto, suite, channel.mac, macChaining, writeKeyHeader(declared.kid), data);
        macChaining = secured.macChaining;
        return { slot: name, version, command: secured.command, kcv: kcvEnc0(nodeCrypto, suite, value) };
      });
      const { kid } = nationalProfile.keySlot('MK.MF');
      const authentication = authenticate(master(masterKeyVersion), challenge);
      return Promise.resolve({
        suite,
        externalAuthenticate: externalAuthenticate.build({ kid, ...authentication, version: masterKeyVersion }),
        keys: commands,
        macChaining,
        securityCode: String(line.data.elements.securityCode),
      });
    },
    finish(request) {
      const channel = channelKeys(nodeCrypto, suite, master(request.masterKeyVersion), request.challenge);
      const digest = endDigest(nodeCrypto, suite, nationalProfile, request.filesDigest, request.keys);
      seen.filesDigest = request.filesDigest;
      seen.endDigest = digest;
      const header = Uint8Array.from(END_PERSONALIZATION_HEADER);
      const { command } = channelCommand(nodeCrypto, suite, channel.mac, request.macChaining, header, digest);
      const { version, challenge } = request.negativeControl;
      const { kid } = nationalProfile.keySlot('RK1.DDF1');
      // The undispersed root is not the bureau's: a key of chance must be refused as well.
      const wrong = authenticate(concatBytes(random(16)), challenge);
      return Promise.resolve({
        endPersonalization: command,
        negativeControl: externalAuthenticate.build({ kid, ...wrong, version }),
      });
    },
    verify({ internal, external }) {
      const { version, r1, r2, answer } = internal;
      const expected = internalAuthenticationAnswer(nodeCrypto, suite, key('IRK.DDF1', version), r1, r2);
      return Promise.resolve({
        genuine: Buffer.from(expected).equals(Buffer.from(answer)),
        ...authenticate(key(external.slot, external.version), external.challenge),
      });
    },
  };
  return { keys, seen, key };
}
