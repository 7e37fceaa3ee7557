/**
 * The witness beside the SAM (ADR 006, CARD-FACTS 5.2): what was granted must have been earned by PIN, directory and a
 * single-use session key, results are computed a second time, and no byte of a key leaves. The fuzzer never makes a right
 * MAC of the issue channel, so that nothing may be loaded, renewed or recalled.
 */
import { matchesStatusWord, STATUS_WORDS } from '@rhc/card/apdu';
import type { SecretBytes } from '@rhc/card/bytes';
import type { SamContent } from '../../virtual-card/src/index.ts';
import { windowsOf } from './canary-card.ts';
import { Violation } from './card-witness.ts';
import { blockBytes, cbcMac, cryptogram, disperse, ecb, type Suite } from './plain-chip-crypto.ts';

const SECURED = new Set([0x84d4, 0x8446, 0x04d6, 0x8444, 0x8416]);
const secret = (value: SecretBytes): Buffer => value.use((bytes) => Buffer.from(bytes));

export class SamWitness {
  directory: 'MF' | 'DF01' = 'MF';
  pinVerified = false;
  sessionKey: { readonly suite: Suite; readonly type: number; readonly value: Buffer } | null = null;
  challenge: Buffer | null = null;
  readonly granted = { verified: 0, sessionKeys: 0, ciphers: 0, signatures: 0, channels: 0 };
  #pending: Buffer | null = null;

  reset(): void {
    this.directory = 'MF';
    this.pinVerified = false;
    this.sessionKey = null;
    this.challenge = null;
    this.#pending = null;
  }

  observe(command: Uint8Array, answer: Uint8Array, before: SamContent, after: SamContent): void {
    if (answer.length < 2 || answer.length > 258) throw new Violation(`an answer of ${answer.length} bytes`);
    const sw = (answer.at(-2) ?? 0) * 256 + (answer.at(-1) ?? 0);
    const data = Buffer.from(answer.subarray(0, -2));
    if (!STATUS_WORDS.some(({ pattern }) => matchesStatusWord(sw, pattern))) {
      throw new Violation(`status word ${sw.toString(16)} is nobody's`);
    }
    const good = sw === 0x9000 || sw >>> 8 === 0x61;
    if (!good && data.length > 0) throw new Violation(`data with ${sw.toString(16)}`);
    const bytes = Buffer.from(command);
    const header = bytes.length < 4 ? -1 : bytes.readUInt16BE(0);
    const body = dataOf(bytes);
    if (body === null && good) throw new Violation('a command without form was accepted');
    searchForKeys(data, before);
    searchForKeys(data, after);
    const pending = this.#pending;
    if (header !== 0x00c0) this.#pending = null;
    const changes =
      body === null ? null : this.#judge(header, bytes[2] ?? 0, bytes[3] ?? 0, body, sw, good, data, before);
    if (header === 0x00c0 && good) {
      if (pending !== null && !pending.subarray(0, data.length).equals(data))
        throw new Violation('another answer waited');
      this.#pending = pending === null ? null : pending.subarray(data.length);
    }
    compareMemory(before, after, changes);
  }

  /** Gives the part of the memory that the command may have changed. */
  #judge(
    header: number,
    p1: number,
    p2: number,
    body: Buffer,
    sw: number,
    good: boolean,
    data: Buffer,
    before: SamContent,
  ): Part | null {
    if (SECURED.has(header) && sw === 0x9000) throw new Violation('a command of the channel without its MAC');
    switch (header) {
      case 0x00a4:
        if (good) this.#select(body);
        return null;
      case 0x0084:
        if (sw === 0x9000) this.challenge = data;
        return null;
      case 0x0020:
        return this.#verify(body, sw, before);
      case 0x805e: {
        if (sw !== 0x9000 && sw >>> 4 !== 0x63c && sw !== 0x6983) return null;
        this.pinVerified = false;
        if (sw >>> 4 === 0x63c) this.sessionKey = null;
        const old = body.subarray(0, body.indexOf(0xff));
        if (sw === 0x9000 && !this.#isPin(old, before)) throw new Violation('the PIN was changed without the old one');
        return sw === 0x9000 ? 'pin' : 'pin-tries';
      }
      case 0x80de:
        if (body.length > 0) this.sessionKey = null;
        return sw === 0x9000 ? this.#deriveSessionKey(p1, p2, body, before) : null;
      case 0x80fa:
        if (good) this.#requireCipher(p1, body, data);
        if (body.length > 0) this.sessionKey = null;
        return null;
      case 0x802a:
        if (!good) return null;
        if (!this.pinVerified || this.directory !== 'DF01') throw new Violation('signed without PIN');
        this.granted.signatures += 1;
        return 'signatures';
      case 0x0082:
        return this.#authenticate(p1, p2, body, sw, before);
      default:
        return null;
    }
  }

  #select(body: Buffer): void {
    const fid = body.readUInt16BE(0);
    if (fid !== 0x3f00 && fid !== 0xdf01) return;
    this.directory = fid === 0x3f00 ? 'MF' : 'DF01';
    this.sessionKey = null;
  }

  #isPin(given: Buffer, { pin }: SamContent): boolean {
    return pin !== null && pin.triesLeft > 0 && secret(pin.value).equals(given);
  }

  #verify(body: Buffer, sw: number, before: SamContent): Part | null {
    if (body.length === 0) {
      if (sw === 0x9000 && !this.pinVerified) throw new Violation('called verified without the PIN');
      return null;
    }
    if (sw === 0x9000) {
      if (!this.#isPin(body, before)) throw new Violation('a wrong PIN was accepted');
      this.pinVerified = true;
      this.granted.verified += 1;
      return 'pin-tries';
    }
    if (sw >>> 4 !== 0x63c && sw !== 0x6983) return null;
    this.pinVerified = false;
    if (sw >>> 4 !== 0x63c) return null;
    this.sessionKey = null;
    if ((sw & 0x0f) !== (before.pin?.triesLeft ?? 0) - 1) throw new Violation('the count of PIN tries is wrong');
    return 'pin-tries';
  }

  #deriveSessionKey(p1: number, p2: number, body: Buffer, before: SamContent): Part {
    if (!this.pinVerified || this.directory !== 'DF01' || before.state !== 'operational') {
      throw new Violation('a session key without PIN or directory');
    }
    const two = p1 >> 5 === 2;
    const length = two ? 24 : 16;
    const version = body[length] ?? 1;
    const key = before.keys.find((each) => each.p1 === p1 && each.p2 === p2 && each.version === version);
    if (key === undefined || body.length > length + 1) throw new Violation('a session key of no key');
    const [card, province] = [body.subarray(0, 8), body.subarray(8, 16)];
    const root = secret(key.value);
    const upper = two ? disperse(key.suite, root, province) : root;
    const value = disperse(key.suite, disperse(key.suite, upper, card), body.subarray(length - 8, length));
    this.sessionKey = { suite: key.suite, type: p1 & 0x1f, value };
    this.granted.sessionKeys += 1;
    return 'uses';
  }

  #requireCipher(p1: number, body: Buffer, data: Buffer): void {
    const key = this.sessionKey;
    if (key === null) throw new Violation('enciphered without a session key of its own');
    if (p1 === 0x05 && key.type !== 8) throw new Violation('a MAC by a key that makes none');
    const block = blockBytes(key.suite);
    const expected =
      p1 === 0x05
        ? cbcMac(key.suite, key.value, body.subarray(0, block), body.subarray(block)).subarray(0, 4)
        : ecb(key.suite, key.value, body);
    if (!expected.subarray(0, data.length).equals(data)) throw new Violation('another result than the key gives');
    this.granted.ciphers += 1;
    this.#pending = expected.subarray(data.length);
  }

  #authenticate(p1: number, p2: number, body: Buffer, sw: number, before: SamContent): Part | null {
    if (sw !== 0x9000 && sw >>> 4 !== 0x63c) {
      if (sw === 0x6983 || sw === 0x6a88) this.challenge = null;
      return null;
    }
    const { challenge } = this;
    this.challenge = null;
    const key = before.controlKey;
    const right =
      key !== null &&
      challenge !== null &&
      p1 === 0 &&
      p2 === 0 &&
      key.triesLeft > 0 &&
      body[16] === key.version &&
      cryptogram(key.suite, secret(key.value), challenge, body.subarray(8, 16)).equals(body.subarray(0, 8));
    if (sw === 0x9000 && !right) throw new Violation('the channel was opened without the control key');
    if (sw === 0x9000) this.granted.channels += 1;
    return 'control-tries';
  }
}

type Part = 'pin' | 'pin-tries' | 'uses' | 'signatures' | 'control-tries';

function dataOf(bytes: Buffer): Buffer | null {
  if (bytes.length < 4) return null;
  if (bytes.length <= 5) return Buffer.alloc(0);
  const lc = bytes[4] ?? 0;
  const rest = bytes.length - 5 - lc;
  return lc === 0 || (rest !== 0 && rest !== 1) ? null : bytes.subarray(5, 5 + lc);
}

function compareMemory(before: SamContent, after: SamContent, part: Part | null): void {
  if (before === after && part !== 'uses' && part !== 'signatures') return;
  const shape = (content: SamContent) => ({
    state: content.state,
    files: content.files.map(({ directory, fid, content: bytes }) => [
      directory,
      fid,
      Buffer.from(bytes).toString('hex'),
    ]),
    control: content.controlKey && [content.controlKey.version, secret(content.controlKey.value).toString('hex')],
    'control-tries': content.controlKey?.triesLeft,
    keys: content.keys.map(({ p1, p2, version, value }) => [p1, p2, version, secret(value).toString('hex')]),
    uses: content.keys.map(({ uses }) => uses),
    pin: content.pin && [content.pin.maxTries, secret(content.pin.value).toString('hex')],
    'pin-tries': content.pin?.triesLeft,
    signing: content.signingKey && secret(content.signingKey.value).toString('hex'),
    signatures: content.signingKey?.uses,
  });
  const [old, now] = [shape(before), shape(after)];
  for (const name of Object.keys(old) as (keyof typeof old)[]) {
    const may = name === part || (part === 'pin' && name === 'pin-tries');
    if (!may && JSON.stringify(old[name]) !== JSON.stringify(now[name])) throw new Violation(`${name} changed`);
  }
  const total = (content: SamContent) => content.keys.reduce((sum, { uses }) => sum + uses, 0);
  if (part === 'uses' && total(after) !== total(before) + 1) throw new Violation('a use was not counted');
  if (part === 'signatures' && now.signatures !== (old.signatures ?? 0) + 1)
    throw new Violation('a signature was not counted');
}

const windows = new WeakMap<SecretBytes, readonly string[]>();

function searchForKeys(data: Buffer, content: SamContent): void {
  if (data.length < 8) return;
  const given = new Set(windowsOf(data));
  const secrets = [...content.keys, content.controlKey, content.signingKey].flatMap((key) => (key ? [key.value] : []));
  for (const value of secrets) {
    const known = windows.get(value) ?? windowsOf(secret(value));
    windows.set(value, known);
    if (known.some((window) => given.has(window))) throw new Violation('bytes of a key left the SAM');
  }
}
