/**
 * The tests' own little terminal, written from ADR 001 straight on node:crypto and independent of the chip's code: it
 * computes dispersal, cryptograms, MACs and the personalization channel a second time.
 */
import { createCipheriv, createHash } from 'node:crypto';
import type { AlgorithmSuite, CardKeySlotName } from '@rhc/card/profile';
import { CARD_KEY_SLOTS, nationalProfile } from '@rhc/card/profile';

const ECB = { 'intl-128': 'aes-128-ecb', 'sm-128': 'sm4-ecb', 'pboc-3des': 'des-ede' } as const;
const CBC = { 'intl-128': 'aes-128-cbc', 'sm-128': 'sm4-cbc', 'pboc-3des': 'des-ede-cbc' } as const;
const ALGORITHM = { 'intl-128': 1, 'sm-128': 2, 'pboc-3des': 3 } as const;
const HASH = { 'intl-128': 'sha256', 'sm-128': 'sm3', 'pboc-3des': 'sha256' } as const;

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
export const bytesOf = (hex: string): Buffer => Buffer.from(hex, 'hex');
const not = (bytes: Uint8Array): Buffer => Buffer.from(bytes.map((byte) => byte ^ 0xff));

export interface TestCard {
  transmit(command: Uint8Array): Uint8Array;
}

export class TestTerminal {
  readonly suite: AlgorithmSuite;
  readonly cardFactor: Uint8Array;
  card: TestCard;
  #channel: { readonly ske: Buffer; readonly skm: Buffer; iv: Buffer } | null = null;

  constructor(card: TestCard, cardFactor: Uint8Array, suite: AlgorithmSuite = 'intl-128') {
    this.card = card;
    this.cardFactor = cardFactor;
    this.suite = suite;
  }

  get block(): number {
    return this.suite === 'pboc-3des' ? 8 : 16;
  }

  /** Hex in, hex out: `data SW`. */
  send(hex: string): string {
    return hexOf(this.card.transmit(bytesOf(hex.replaceAll(' ', ''))));
  }

  ecb(key: Uint8Array, data: Uint8Array): Buffer {
    const cipher = createCipheriv(ECB[this.suite], key, null).setAutoPadding(false);
    return Buffer.concat([cipher.update(data), cipher.final()]);
  }

  disperse(key: Uint8Array, factor: Uint8Array): Buffer {
    return this.ecb(key, Buffer.concat([factor, not(factor)]));
  }

  root(slot: string, version: number): Buffer {
    const root = Buffer.alloc(16);
    for (const i of [1, 2, 3]) {
      const part = createHash('sha256').update(`rhc-pilot/${slot}/v${version}/component-${i}`).digest();
      for (let at = 0; at < 16; at++) root[at] = (root[at] ?? 0) ^ (part[at] ?? 0);
    }
    return root;
  }

  /** Card key of the pilot in Hebei. */
  cardKey(slot: CardKeySlotName | 'TMK', version: number): Buffer {
    const levels = slot === 'TMK' ? 1 : nationalProfile.keySlot(slot).levels;
    const root = this.root(slot, version);
    return this.disperse(levels === 1 ? root : this.disperse(root, bytesOf('3133303030303030')), this.cardFactor);
  }

  challenge(): Buffer {
    const answer = this.send('0084000008');
    if (!answer.endsWith('9000')) throw new Error(`GET CHALLENGE ${answer}`);
    return bytesOf(answer.slice(0, 16));
  }

  cryptogram(sessionKey: Uint8Array, random: Uint8Array): Buffer {
    const full = this.ecb(sessionKey, Buffer.concat([random, Buffer.alloc(8)]));
    return Buffer.from(full.subarray(0, 8).map((byte, i) => byte ^ (full[8 + i] ?? 0)));
  }

  /** EXTERNAL AUTHENTICATE with a fresh challenge; the slot's directory must be selected. */
  authenticate(slot: CardKeySlotName, version = 1, key: Uint8Array = this.cardKey(slot, version)): string {
    return this.authenticateKid(nationalProfile.keySlot(slot).kid, version, key);
  }

  authenticateKid(kid: number, version: number, key: Uint8Array, challenge = this.challenge()): string {
    const random = bytesOf('B1B2B3B4B5B6B7B8');
    const a = this.cryptogram(this.disperse(key, challenge), random);
    return this.send(
      hexOf(Buffer.concat([bytesOf('0082'), Buffer.from([0, kid, 17]), a, random, Buffer.from([version])])),
    );
  }

  mac(key: Uint8Array, iv: Uint8Array, message: Uint8Array): Buffer {
    const padded = Buffer.alloc((Math.floor(message.length / this.block) + 1) * this.block);
    padded.set(message);
    padded[message.length] = 0x80;
    const cipher = createCipheriv(CBC[this.suite], key, iv).setAutoPadding(false);
    return Buffer.concat([cipher.update(padded), cipher.final()]).subarray(-this.block);
  }

  /** Complete protected update; `plain` null = MAC only. */
  protect(stk: CardKeySlotName, header: string, plain: Uint8Array | null, challenge = this.challenge(), version = 1) {
    const key = this.disperse(this.cardKey(stk, version), challenge);
    let cipher: Buffer = Buffer.alloc(0);
    if (plain !== null) {
      const payload = Buffer.alloc((Math.floor((plain.length + 1) / this.block) + 1) * this.block);
      payload.set([plain.length, ...plain, 0x80]);
      cipher = this.ecb(key, payload);
    }
    const message = Buffer.concat([bytesOf(header), Buffer.from([cipher.length + 4]), cipher]);
    const mac = this.mac(key, Buffer.alloc(this.block), message).subarray(0, 4);
    return hexOf(Buffer.concat([message, mac]));
  }

  /** Opens the personalization channel in the MF. */
  openChannel(key: Uint8Array, version: number): string {
    this.send('00A40000023F00');
    const challenge = this.challenge();
    const answer = this.authenticateKid(0, version, key, challenge);
    const skm = this.ecb(key, Buffer.concat([not(challenge), challenge]));
    this.#channel = { ske: this.disperse(key, challenge), skm, iv: Buffer.alloc(this.block) };
    return answer;
  }

  secured(header: string, body: Uint8Array): string {
    const channel = this.#channel;
    if (channel === null) throw new Error('no channel');
    const message = Buffer.concat([bytesOf(header), Buffer.from([body.length + 4]), body]);
    const block = this.mac(channel.skm, channel.iv, message);
    channel.iv = block;
    return this.send(hexOf(Buffer.concat([message, block.subarray(0, 4)])));
  }

  /** A secured command whose whole data is enciphered under SKe. */
  securedEnciphered(header: string, plain: Uint8Array): string {
    if (this.#channel === null) throw new Error('no channel');
    return this.secured(header, this.ecb(this.#channel.ske, plain));
  }

  writeKey(slot: CardKeySlotName, version: number, value = this.cardKey(slot, version)): string {
    const channel = this.#channel;
    if (channel === null) throw new Error('no channel');
    const { kid, typeCode, maxTries } = nationalProfile.keySlot(slot);
    const first = Buffer.alloc(16);
    first.set([0x1f, typeCode, 0, 0x40, version, ALGORITHM[this.suite], maxTries ?? 0xff]);
    const last = Buffer.alloc(16);
    last[0] = 0x80;
    const cipher = this.ecb(channel.ske, Buffer.concat([first, value, last]));
    return this.secured(hexOf(Buffer.from([0x84, 0xd4, 0x01, kid])), cipher);
  }

  hash(...parts: readonly Uint8Array[]): Buffer {
    return createHash(HASH[this.suite]).update(Buffer.concat(parts)).digest();
  }

  digest(
    contents: readonly { readonly df: number; readonly ef: number; readonly content: Uint8Array }[],
    versions: readonly number[],
  ) {
    const u16 = (n: number) => Buffer.from([n >> 8, n & 0xff]);
    const files = contents.map(({ df, ef, content }) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(content.length);
      return Buffer.concat([u16(df), u16(ef), length, content]);
    });
    const keys = CARD_KEY_SLOTS.flatMap((slot) => versions.map((version) => ({ slot, version })))
      .map(({ slot, version }) => {
        const { directory, kid } = nationalProfile.keySlot(slot);
        const kcv = this.ecb(this.cardKey(slot, version), Buffer.alloc(this.block)).subarray(0, 3);
        return Buffer.concat([u16(nationalProfile.directory(directory).fid), Buffer.from([kid, version]), kcv]);
      })
      .sort(Buffer.compare);
    return this.hash(this.hash(...files), ...keys);
  }
}
