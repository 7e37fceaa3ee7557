/**
 * The terminal of the suite: turns a step into the APDU of a card that was personalized with the public pilot keys
 * (CARD.md, "Slots and pilot keys"). It remembers the challenge and the personalization channel, never a key.
 */
import { concatBytes, hexToBytes } from '@rhc/card/bytes';
import { nodeCrypto } from '@rhc/card/crypto-node';
import { CARD_KEY_SLOTS, nationalProfile } from '@rhc/card/profile';
import {
  blockBytes,
  cardKey,
  channelCommand,
  channelKeys,
  commandMacBlock,
  disperse,
  encipherKeyBlocks,
  encipherPayload,
  externalAuthenticationCryptogram,
  internalAuthenticationAnswer,
  kcvEnc0,
  keyAttributes,
  pad80,
  pilotRoot,
  sessionKey,
} from '@rhc/card/secure-messaging';

const TERMINAL_RANDOM = 'B1B2B3B4B5B6B7B8';
const NEVER_ASKED = 'EEEEEEEEEEEEEEEE';
const hexOf = (/** @type {Uint8Array} */ bytes) => Buffer.from(bytes).toString('hex').toUpperCase();
const byteHex = (/** @type {number} */ n) => n.toString(16).toUpperCase().padStart(2, '0');
const flipLast = (/** @type {Uint8Array} */ bytes) =>
  bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 0xff : byte));

export class PilotTerminal {
  /**
   * @param {(command: string) => Promise<string>} exchange hex in, hex out with the status word
   * @param {{ suite: import('@rhc/card/profile').AlgorithmSuite, province: string }} options
   */
  constructor(exchange, options) {
    this.exchange = exchange;
    this.suite = options.suite;
    this.province = options.province;
    /** @type {string} */
    this.cardFactor = '';
    /** @type {string} */
    this.challenge = NEVER_ASKED;
    /** @type {{ encipherment: Uint8Array, mac: Uint8Array, iv: Uint8Array, last: string } | null} */
    this.channel = null;
  }

  async learnCard() {
    const answer = await this.exchange('80CA010200');
    if (!/^[0-9A-F]{16}9000$/.test(answer)) throw new Error(`GET DATA 0102: ${answer}`);
    this.cardFactor = answer.slice(0, 16);
  }

  /** @param {any} request */
  key({ slot, version, valueFrom, dispersal, cardFactor, province }) {
    const { slot: name, version: number } = valueFrom ?? { slot, version: slot === 'TMK' ? 1 : version };
    const root = pilotRoot(nodeCrypto, name, number);
    if (dispersal === 'none') return root;
    const levels = name === 'TMK' ? 1 : nationalProfile.keySlot(name).levels;
    const factor = hexToBytes(cardFactor ?? this.cardFactor);
    // A provincial root knows no province factor: a key of another province is another root altogether.
    const base = levels === 1 && province !== undefined ? disperse(nodeCrypto, this.suite, root, factor) : root;
    return cardKey(nodeCrypto, this.suite, base, levels, province ?? this.province, factor);
  }

  /** @param {'fresh' | 'kept' | 'older' | 'none'} which */
  async takeChallenge(which = 'fresh') {
    if (which === 'none') return NEVER_ASKED;
    if (which === 'kept') return this.challenge;
    const first = await this.askChallenge();
    return which === 'older' ? this.askChallenge().then(() => first) : first;
  }

  async askChallenge() {
    const answer = await this.exchange('0084000008');
    if (!/^[0-9A-F]{16}9000$/.test(answer)) throw new Error(`GET CHALLENGE: ${answer}`);
    this.challenge = answer.slice(0, 16);
    return this.challenge;
  }

  /** @param {any} request */
  async authenticate(request) {
    const challenge = await this.takeChallenge(request.challenge);
    const kid = request.kid ?? byteHex(nationalProfile.keySlot(request.slot).kid);
    return this.exchange(this.#externalAuthenticate(request, kid, this.key(request), challenge));
  }

  #externalAuthenticate(request, kid, key, challenge) {
    const random = request.terminalRandom ?? TERMINAL_RANDOM;
    const a = externalAuthenticationCryptogram(nodeCrypto, this.suite, key, hexToBytes(challenge), hexToBytes(random));
    const sent = request.tamper ? flipLast(a) : a;
    return `008200${kid}11${hexOf(sent)}${random}${byteHex(request.version)}`;
  }

  /** @param {any} request */
  async openChannel(request) {
    const challenge = await this.takeChallenge(request.challenge);
    const key = this.key(request);
    const answer = await this.exchange(this.#externalAuthenticate(request, '00', key, challenge));
    if (answer === '9000' || this.channel === null) {
      const keys = channelKeys(nodeCrypto, this.suite, key, hexToBytes(challenge));
      this.channel = { ...keys, iv: new Uint8Array(blockBytes(this.suite)), last: '' };
    }
    return answer;
  }

  /** @param {any} request */
  async protect({ stk, version = 1, header, value, form, mac = 'right', challenge, macHeader }) {
    const random = hexToBytes(await this.takeChallenge(challenge));
    if (mac === 'absent') return this.exchange(`${header}00`);
    const key = sessionKey(nodeCrypto, this.suite, this.key({ slot: stk, version }), random);
    const plain = value === null ? new Uint8Array(0) : hexToBytes(value);
    const data = form === 'encipher-and-mac' ? encipherPayload(nodeCrypto, this.suite, key, plain) : plain;
    const covered = hexToBytes(macHeader ?? header);
    if (mac === 'other-record') covered[2] ^= 1;
    const right = commandMacBlock(nodeCrypto, this.suite, key, covered, data).slice(0, 4);
    const sent = mac === 'wrong' ? flipLast(right) : right;
    return this.exchange(`${header}${byteHex(data.length + 4)}${hexOf(data)}${hexOf(sent)}`);
  }

  /** @param {any} request */
  async writeKey({ slot, version, valueFrom, mac }) {
    const { kid, typeCode, maxTries } = nationalProfile.keySlot(slot);
    const attributes = keyAttributes({ typeCode, maxTries }, version, this.suite);
    const channel = this.#openedChannel();
    const value = this.key({ slot, version, valueFrom });
    const body = encipherKeyBlocks(nodeCrypto, this.suite, channel.encipherment, attributes, value);
    return this.#secured(`84D401${byteHex(kid)}`, body, mac);
  }

  /** @param {any} request */
  async retireKey({ slot, version, kid, plain, mac }) {
    const padded = pad80(plain === undefined ? Uint8Array.of(1, version) : hexToBytes(plain), 16);
    const body = nodeCrypto.encipherEcb(this.suite, this.#openedChannel().encipherment, padded);
    return this.#secured(`84D402${kid ?? byteHex(nationalProfile.keySlot(slot).kid)}`, body, mac);
  }

  /** @param {any} request */
  async secured({ header, data, encipher, mac }) {
    const plain = hexToBytes(data);
    const body = encipher ? nodeCrypto.encipherEcb(this.suite, this.#openedChannel().encipherment, plain) : plain;
    return this.#secured(header, body, mac);
  }

  #openedChannel() {
    if (this.channel === null) throw new Error('the case opened no channel');
    return this.channel;
  }

  async #secured(header, body, mac = 'right') {
    const channel = this.#openedChannel();
    if (mac === 'replay') return this.exchange(channel.last);
    const iv = mac === 'iv-zero' ? new Uint8Array(channel.iv.length) : channel.iv;
    const made = channelCommand(nodeCrypto, this.suite, channel.mac, iv, hexToBytes(header), body);
    if (mac === 'wrong') return this.exchange(hexOf(flipLast(made.command)));
    channel.iv = made.macChaining;
    channel.last = hexOf(made.command);
    return this.exchange(channel.last);
  }

  /** What a genuine card answers. @param {any} request */
  internalAnswer({ slot, version, r1, r2 }) {
    const key = this.key({ slot, version });
    return hexOf(internalAuthenticationAnswer(nodeCrypto, this.suite, key, hexToBytes(r1), hexToBytes(r2)));
  }

  /** Digest of END PERSONALIZATION over what the card gives to read now (ADR 001); leaves the MF selected. */
  async digest() {
    const lines = [];
    for (const file of nationalProfile.files) lines.push(await this.#fileLine(file));
    const hash = (/** @type {Uint8Array} */ bytes) => nodeCrypto.hash(this.suite, bytes);
    const keys = await this.#keyLines();
    await this.exchange('00A40000023F00');
    return hexOf(hash(concatBytes(hash(concatBytes(...lines)), ...keys)));
  }

  async #fileLine(file) {
    const directory = nationalProfile.directory(file.directory);
    const nothing = new Uint8Array(0);
    const path = ['3F00', 'DDF1', ...(file.directory === 'DDF1' ? [] : [hexFid(directory.fid)]), hexFid(file.fid)];
    for (const fid of path) if ((await this.exchange(`00A4000002${fid}`)) !== '9000') return nothing;
    const content = hexToBytes(await this.#content(file));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, content.length);
    return concatBytes(hexToBytes(hexFid(directory.fid) + hexFid(file.fid)), length, content);
  }

  async #content(file) {
    let content = '';
    for (let i = 0; ; i++) {
      const at = i * 256;
      const command = file.structure === 'transparent' ? `00B0${hexFid(at)}00` : `00B2${byteHex(i + 1)}0400`;
      const answer = await this.exchange(command);
      if (!answer.endsWith('9000')) return content;
      content += answer.slice(0, -4);
    }
  }

  async #keyLines() {
    const list = (await this.exchange('80CA010300')).slice(0, -4).match(/.{10}/g) ?? [];
    return list.map((entry) => {
      const [, fid = '', kid = '', version = ''] = /^(.{4})(..)(..)/.exec(entry) ?? [];
      const slot = CARD_KEY_SLOTS.find((name) => {
        const declared = nationalProfile.keySlot(name);
        const directory = nationalProfile.directory(declared.directory).fid;
        return hexFid(directory) === fid && byteHex(declared.kid) === kid;
      });
      const key = this.key({ slot, version: Number.parseInt(version, 16) });
      return concatBytes(hexToBytes(`${fid}${kid}${version}`), kcvEnc0(nodeCrypto, this.suite, key));
    });
  }
}

function hexFid(/** @type {number} */ fid) {
  return fid.toString(16).toUpperCase().padStart(4, '0');
}
