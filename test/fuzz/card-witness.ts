/**
 * The witness stands beside the reader: it sees every command and answer, and the chip's memory before and after, and
 * says what must not have happened. It is written from CARD-FACTS 2.1, CARD.md and ADR 001, 005, 007 over node:crypto and
 * the profile's declarations, and shares no line with the chip. It does not predict every status word: it judges what was
 * *granted*. Refusing too much is the conformance suite's business.
 *
 * Longer than 300 lines: the rules refer to one another (challenge, directory, channel) and are read in one piece.
 */
import { matchesStatusWord, STATUS_WORDS } from '@rhc/card/apdu';
import { type Access, type ElementaryFile, nationalProfile } from '@rhc/card/profile';
import type { ChipContent, FileEntry, KeyEntry } from '../../virtual-card/src/index.ts';
import { CANARY_WINDOWS, windowsOf } from './canary-card.ts';
import {
  blockBytes,
  cryptogram,
  decipher,
  disperse,
  ecb,
  hash,
  macBlock,
  type Suite,
  unpad,
  zeroBlock,
} from './plain-chip-crypto.ts';

const MF = 0x3f00;
const PROFILE_FILES: ReadonlyMap<string, ElementaryFile> = new Map(
  nationalProfile.files.map((file) => [`${nationalProfile.directory(file.directory).fid}/${file.fid}`, file]),
);
const ALGORITHMS: readonly (Suite | null)[] = [null, 'intl-128', 'sm-128', 'pboc-3des'];

export class Violation extends Error {}

interface Parsed {
  readonly header: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Buffer;
  readonly le: number | null;
}

interface Channel {
  readonly suite: Suite;
  readonly ske: Buffer;
  readonly skm: Buffer;
  readonly iv: Buffer;
}

/** What one accepted command may have done to the memory; every part that is absent must be as it was. */
interface Allowed {
  readonly file?: { readonly entry: FileEntry; readonly parts: readonly Uint8Array[] };
  /** Key by place → value, tries; null = erased. */
  readonly keys?: ReadonlyMap<string, string | null>;
  readonly state?: ChipContent['state'];
  readonly block?: { readonly directory: number; readonly block: string };
  readonly creates?: true;
}

const NOTHING: Allowed = {};

export class CardWitness {
  directory = MF;
  file: { readonly directory: number; readonly fid: number } | null = null;
  challenge: Buffer | null = null;
  channel: Channel | null = null;
  /** Nibbles of the key ids authenticated in the current directory. */
  readonly authenticated = new Set<number>();
  /** What was granted, so that a fuzzer can say that it reached something. */
  readonly granted = { authentications: 0, reads: 0, writes: 0, keys: 0, locks: 0, channels: 0, seals: 0 };
  #pending: Buffer | null = null;

  reset(): void {
    this.directory = MF;
    this.file = null;
    this.challenge = null;
    this.channel = null;
    this.#pending = null;
    this.authenticated.clear();
  }

  observe(command: Uint8Array, answer: Uint8Array, before: ChipContent, after: ChipContent): void {
    if (answer.length < 2 || answer.length > 258) throw new Violation(`an answer of ${answer.length} bytes`);
    const sw = (answer.at(-2) ?? 0) * 256 + (answer.at(-1) ?? 0);
    const data = Buffer.from(answer.subarray(0, -2));
    if (!isPlausible(sw)) {
      throw new Violation(`status word ${sw.toString(16)} is nobody's`);
    }
    const good = sw === 0x9000 || sw === 0x6283 || sw >>> 8 === 0x61;
    if (!good && data.length > 0) throw new Violation(`${data.length} bytes of data with ${sw.toString(16)}`);
    const parsed = parse(command);
    if (parsed === null && good) throw new Violation('a command without form was accepted');
    if (good && parsed !== null) this.#requireOpen(parsed, before);
    const allowed = parsed === null ? NOTHING : this.#judge(parsed, sw, good, data, before);
    this.#searchForLeaks(data, before, after);
    compareMemory(before, after, allowed);
    if (good && this.#pending !== null && parsed?.header !== 0x00c0) this.#pending = null;
  }

  #judge(parsed: Parsed, sw: number, good: boolean, data: Buffer, before: ChipContent): Allowed {
    const granted = sw === 0x9000;
    switch (parsed.header) {
      case 0x00a4:
        // A wrong Le is noticed after the selection has happened.
        if (good || sw >>> 8 === 0x6c) this.#select(parsed, before);
        return NOTHING;
      case 0x0084:
        if (granted) this.challenge = Buffer.from(data);
        return NOTHING;
      case 0x0082:
        return this.#externalAuthentication(parsed, sw, before);
      case 0x0088:
        if (good) this.#internalAuthentication(parsed, data, before);
        return NOTHING;
      case 0x00b2:
      case 0x00b0:
        if (good) this.#read(parsed, data, before);
        return NOTHING;
      case 0x00dc:
      case 0x00d6:
        return granted ? this.#plainWrite(parsed, before) : NOTHING;
      case 0x04dc:
      case 0x84d2:
      case 0x840c:
        return this.#protectedWrite(parsed, sw, before);
      case 0x841e:
      case 0x8418:
      case 0x8416:
        return this.#lock(parsed, sw, before);
      case 0x80e0:
        if (!granted) return NOTHING;
        this.#requireChannel(before, 'CREATE FILE');
        return { creates: true, ...firstChange(before) };
      case 0x84d4:
        return this.#keyLoading(parsed, sw, before);
      case 0x8444:
        return this.#seal(parsed, sw, before);
      case 0x00c0:
      case 0x80ca:
        return NOTHING;
      default:
        if (good) throw new Violation(`an unknown command ${parsed.header.toString(16)} was accepted`);
        return NOTHING;
    }
  }

  /** A blocked card and a blocked directory answer the few commands that ADR 005 names. */
  #requireOpen({ header, p2 }: Parsed, before: ChipContent): void {
    if (header === 0x80ca || header === 0x00c0) return;
    if (before.state === 'blocked') throw new Violation('a blocked card obeyed');
    const block = before.directories.find(({ fid }) => fid === this.directory)?.block;
    if (block === undefined || block === 'open') return;
    const named = [0x00a4, 0x0084, 0x841e, 0x8418].includes(header) || (header === 0x0082 && p2 === 0x82);
    if (!named) throw new Violation('a blocked directory obeyed');
  }

  #select({ p1, data }: Parsed, before: ChipContent): void {
    const fid = p1 === 0x04 ? null : data.readUInt16BE(0);
    const file = before.files.find((entry) => entry.directory === this.directory && entry.fid === fid);
    if (file !== undefined) {
      this.file = { directory: file.directory, fid: file.fid };
      return;
    }
    const directory = before.directories.find((entry) =>
      fid === null ? entry.name !== null && Buffer.from(entry.name).equals(data) : entry.fid === fid,
    );
    if (directory === undefined) throw new Violation('something that does not exist was selected');
    if (directory.block === 'blocked-for-ever') throw new Violation('a directory blocked for ever was selected');
    this.directory = directory.fid;
    this.file = null;
    this.authenticated.clear();
  }

  #externalAuthentication({ p1, p2, data }: Parsed, sw: number, before: ChipContent): Allowed {
    const challenge = this.challenge;
    const reached = [0x9000, 0x6982, 0x6983, 0x6985, 0x6a88].includes(sw) || sw >>> 4 === 0x63c;
    if (!reached) return NOTHING;
    this.challenge = null;
    const master = this.directory === MF && p2 === 0;
    if (master) this.channel = null;
    const key = findKey(before, this.directory, p2, data[16] ?? -1);
    const right =
      p1 === 0 &&
      data.length === 17 &&
      challenge !== null &&
      key !== undefined &&
      key.triesLeft > 0 &&
      (master || [2, 4, 5, 6, 7].includes(p2 & 0x0f)) &&
      cryptogram(key.suite, secretOf(key), challenge, data.subarray(8, 16)).equals(data.subarray(0, 8));
    if (sw === 0x9000) {
      if (!right || key === undefined || challenge === null) throw new Violation('authenticated without the key');
      this.granted.authentications += 1;
      if (master) this.#openChannel(key, challenge);
      else this.authenticated.add(p2 & 0x0f);
      return triesOf(key, key.maxTries);
    }
    if (right) throw new Violation('the right key was refused');
    if (sw >>> 4 !== 0x63c) return NOTHING;
    this.authenticated.delete(p2 & 0x0f);
    if (key === undefined || (sw & 0x0f) !== key.triesLeft - 1) throw new Violation('the count of tries is wrong');
    return triesOf(key, key.triesLeft - 1);
  }

  #openChannel(key: KeyEntry, challenge: Buffer): void {
    const { suite } = key;
    const inverted = Buffer.from(challenge.map((byte) => byte ^ 0xff));
    this.granted.channels += 1;
    this.channel = {
      suite,
      ske: disperse(suite, secretOf(key), challenge),
      skm: disperse(suite, secretOf(key), inverted),
      iv: zeroBlock(suite),
    };
  }

  #internalAuthentication({ p2, data }: Parsed, answer: Buffer, before: ChipContent): void {
    const key = findKey(before, this.directory, p2, data[16] ?? -1);
    if (key === undefined || this.directory === MF || (p2 & 0x0f) !== 0) {
      throw new Violation('a key that is no IRK answered');
    }
    const expected = cryptogram(key.suite, secretOf(key), data.subarray(0, 8), data.subarray(8, 16));
    if (answer.length > 0 && !answer.equals(expected)) throw new Violation('a wrong internal authentication');
  }

  #read({ header, p1, p2 }: Parsed, data: Buffer, before: ChipContent): void {
    const entry = this.#current(before);
    if (!this.#mayRead(entry, before)) throw new Violation(`${place(entry)} was read without its key`);
    this.granted.reads += 1;
    const { body } = entry;
    if (header === 0x00b0) {
      if (body.structure !== 'transparent') throw new Violation('READ BINARY of records');
      const offset = p1 * 256 + p2;
      if (!Buffer.from(body.content.subarray(offset, offset + data.length)).equals(data)) {
        throw new Violation(`${place(entry)} gave other bytes than it holds`);
      }
      return;
    }
    if (body.structure === 'transparent') throw new Violation('READ RECORD of a transparent file');
    const record = p2 === 0x04 ? body.records[p1 - 1] : body.records.find((tlv) => tlv[0] === p1);
    if (record === undefined || !Buffer.from(record).equals(data)) {
      throw new Violation(`${place(entry)} gave another record than it holds`);
    }
  }

  #plainWrite(parsed: Parsed, before: ChipContent): Allowed {
    const entry = this.#current(before);
    if (inPersonalization(before)) this.#requireChannel(before, 'a plain write');
    else {
      const file = PROFILE_FILES.get(place(entry));
      if (file === undefined || !this.#holds(file.update) || file.updateTransport !== 'plain') {
        throw new Violation(`${place(entry)} took a plain write`);
      }
    }
    this.granted.writes += 1;
    return { file: { entry, parts: written(entry, parsed, parsed.data) }, ...firstChange(before) };
  }

  #protectedWrite(parsed: Parsed, sw: number, before: ChipContent): Allowed {
    if (inPersonalization(before)) {
      if (sw === 0x9000) throw new Violation('a protected write in personalization');
      return NOTHING;
    }
    const challenge = this.challenge;
    if (![0x6986, 0x6a86, 0x6a81, 0x6700].includes(sw) || sw === 0x9000) this.challenge = null;
    if (sw === 0x6700) this.challenge = this.#afterLengthFault(parsed);
    if (sw !== 0x9000) return NOTHING;
    const entry = this.#current(before);
    const file = PROFILE_FILES.get(place(entry));
    if (file === undefined || file.updateMacSlot === null) throw new Violation(`${place(entry)} has no protection`);
    const access = parsed.header === 0x840c ? (file.erase ?? { kind: 'never' }) : file.update;
    if (!this.#holds(access)) throw new Violation(`${place(entry)} was written without its key`);
    const { cipher, key, sessionKey } = this.#verified(parsed, challenge, before, file.updateMacSlot);
    this.granted.writes += 1;
    if (parsed.header !== 0x04dc) {
      if (file.updateTransport !== 'mac' || cipher.length > 0) throw new Violation('a flag that is no flag');
      const flag = Buffer.of(parsed.header === 0x84d2 ? 0x00 : 0xff);
      return { file: { entry, parts: written(entry, parsed, flag) } };
    }
    const plain = cipher.length === 0 ? null : unpad(key.suite, decipher(key.suite, sessionKey, cipher));
    if (file.updateTransport !== 'encipher-and-mac' || plain === null) throw new Violation('no enciphered value');
    return { file: { entry, parts: written(entry, parsed, plain) } };
  }

  /** 6700 comes before the command was looked at (Lc and data disagree), or after its MAC was right: then it is spent. */
  #afterLengthFault(parsed: Parsed): Buffer | null {
    return parsed.data.length === 0 ? this.challenge : null;
  }

  #verified(parsed: Parsed, challenge: Buffer | null, before: ChipContent, stk: string) {
    const slot = nationalProfile.keySlots.find(({ name }) => name === stk);
    if (slot === undefined || challenge === null) throw new Violation('a protected command without a challenge');
    const cipher = parsed.data.subarray(0, -4);
    const { fid } = nationalProfile.directory(slot.directory);
    for (const key of before.keys.filter((each) => each.directory === fid && each.kid === slot.kid)) {
      const sessionKey = disperse(key.suite, secretOf(key), challenge);
      const mac = macBlock(key.suite, sessionKey, zeroBlock(key.suite), message(parsed, cipher));
      if (mac.subarray(0, 4).equals(parsed.data.subarray(-4))) return { cipher, key, sessionKey };
    }
    throw new Violation('a wrong MAC was accepted');
  }

  #lock(parsed: Parsed, sw: number, before: ChipContent): Allowed {
    const challenge = this.challenge;
    if (![0x6985, 0x6a86, 0x6a81].includes(sw)) this.challenge = null;
    if (sw !== 0x9000) return NOTHING;
    const slot = nationalProfile.keySlots.find(
      (each) => each.class === 'STK' && nationalProfile.directory(each.directory).fid === this.directory,
    );
    if (before.state !== 'operational' || !this.authenticated.has(2)) throw new Violation('locked without its key');
    const { cipher } = this.#verified(parsed, challenge, before, slot?.name ?? '');
    if (cipher.length > 0) throw new Violation('a lock command with data');
    this.granted.locks += 1;
    if (parsed.header === 0x8416) {
      if (this.directory !== MF) throw new Violation('CARD BLOCK outside the MF');
      return { state: 'blocked' };
    }
    const held = before.directories.find(({ fid }) => fid === this.directory)?.block;
    const wanted = parsed.header === 0x8418 ? 'open' : parsed.p2 === 0x01 ? 'blocked-for-ever' : 'blocked';
    if (held === 'blocked-for-ever') {
      if (wanted === 'open') throw new Violation('a block for ever was taken back');
      return NOTHING;
    }
    return { block: { directory: this.directory, block: wanted } };
  }

  #keyLoading(parsed: Parsed, sw: number, before: ChipContent): Allowed {
    const retire = parsed.p1 === 0x02;
    const body = this.#secured(parsed, sw, (retire ? 16 : 48) + 4, retire && inPersonalization(before));
    if (sw !== 0x9000) return NOTHING;
    if (body === null || this.channel === null) throw new Violation('a key was changed without the channel');
    const { suite, ske } = this.channel;
    const plain = decipher(suite, ske, body);
    this.granted.keys += 1;
    const held = before.keys.filter((key) => key.directory === this.directory && key.kid === parsed.p2);
    if (retire) {
      const version = plain[1] ?? -1;
      const retired = held.find((key) => key.version === version);
      if (plain[0] !== 1 || inPersonalization(before)) throw new Violation('no RETIRE KEY');
      if (retired === undefined) return NOTHING;
      if (held.length === 1) throw new Violation('the last version of a key was retired');
      return { keys: new Map([[keyPlace(this.directory, parsed.p2, version), null]]) };
    }
    const [length, , , , version = -1, algorithm = 0, tries = 0] = plain;
    const keySuite = ALGORITHMS[algorithm];
    if (length !== 0x1f || keySuite === null || keySuite === undefined) throw new Violation('no key block');
    const value = plain.subarray(16, 32);
    const same = held.find((key) => key.version === version);
    if (same !== undefined && !inPersonalization(before) && !sameValue(keySuite, secretOf(same), value)) {
      throw new Violation('a key in use was overwritten');
    }
    if (same === undefined && held.filter((key) => key.version !== 0).length >= 3)
      throw new Violation('a fourth version');
    const kept = same !== undefined && sameValue(keySuite, secretOf(same), value) ? secretOf(same) : value;
    const keys = new Map<string, string | null>([
      [keyPlace(this.directory, parsed.p2, version), `${keySuite} ${kept.toString('hex')} ${tries}`],
    ]);
    if (this.directory === MF && parsed.p2 === 0) keys.set(keyPlace(MF, 0, 0), null);
    return { keys, ...firstChange(before) };
  }

  #seal(parsed: Parsed, sw: number, before: ChipContent): Allowed {
    const digest = this.#secured(parsed, sw, 36, !inPersonalization(before));
    if (sw !== 0x9000) return NOTHING;
    if (digest === null || this.channel === null || !inPersonalization(before)) throw new Violation('sealed anyhow');
    if (!digest.equals(contentDigest(this.channel.suite, before))) throw new Violation('sealed with another digest');
    if (before.keys.some(({ version }) => version === 0)) throw new Violation('sealed under the maker’s key');
    this.granted.seals += 1;
    this.channel = null;
    return { state: 'operational' };
  }

  /** Body of a command of the channel whose MAC is right, and the chain goes on; null otherwise. */
  #secured(parsed: Parsed, sw: number, length: number, refusedBefore: boolean): Buffer | null {
    const { channel } = this;
    if (channel === null || parsed.data.length !== length) return null;
    if ([0x6982, 0x6a81, 0x6a86, 0x6700].includes(sw) || (sw === 0x6985 && refusedBefore)) return null;
    const body = parsed.data.subarray(0, -4);
    const block = macBlock(channel.suite, channel.skm, channel.iv, message(parsed, body));
    if (sw === 0x6988) {
      this.channel = null;
      return null;
    }
    if (!block.subarray(0, 4).equals(parsed.data.subarray(-4))) throw new Violation('a wrong MAC of the channel');
    this.channel = { ...channel, iv: block };
    return body;
  }

  #requireChannel(before: ChipContent, what: string): void {
    if (!inPersonalization(before) || this.channel === null) throw new Violation(`${what} without the channel`);
    this.granted.writes += 1;
  }

  #current(before: ChipContent): FileEntry {
    const address = this.file;
    const entry = before.files.find((each) => each.directory === address?.directory && each.fid === address.fid);
    if (entry === undefined) throw new Violation('a file was used that nobody selected');
    return entry;
  }

  #holds(access: Access): boolean {
    if (access.kind === 'free') return true;
    return access.kind === 'key' && this.authenticated.has(nationalProfile.keySlot(access.slot).kid & 0x0f);
  }

  #mayRead(entry: FileEntry, before: ChipContent): boolean {
    if (inPersonalization(before) && this.channel !== null) return true;
    const file = PROFILE_FILES.get(place(entry));
    // A file of a fuzzer's own CREATE FILE: only the chip knows its rule.
    if (file === undefined) return entry.rules.read.kind !== 'never';
    return this.#holds(file.read) && entry.directory === this.directory;
  }

  #searchForLeaks(data: Buffer, before: ChipContent, after: ChipContent): void {
    if (data.length < 8) return;
    const windows = windowsOf(data);
    const secret = secretWindows(before, after);
    for (const window of windows) {
      if (secret.has(window)) throw new Violation('bytes of a key left the card');
      const id = CANARY_WINDOWS.get(window);
      if (id === undefined) continue;
      const file = nationalProfile.file(id);
      const entry = before.files.find((each) => PROFILE_FILES.get(place(each)) === file);
      if (entry === undefined || !this.#mayRead(entry, before)) throw new Violation(`bytes of ${id} left the card`);
    }
  }
}

function parse(command: Uint8Array): Parsed | null {
  const bytes = Buffer.from(command);
  if (bytes.length < 4) return null;
  const frame = { header: bytes.readUInt16BE(0), p1: bytes[2] ?? 0, p2: bytes[3] ?? 0 };
  if (bytes.length === 4) return { ...frame, data: Buffer.alloc(0), le: null };
  const lc = bytes[4] ?? 0;
  if (bytes.length === 5) return { ...frame, data: Buffer.alloc(0), le: lc };
  const rest = bytes.length - 5 - lc;
  if (lc === 0 || (rest !== 0 && rest !== 1)) return null;
  return { ...frame, data: bytes.subarray(5, 5 + lc), le: rest === 1 ? (bytes[5 + lc] ?? 0) : null };
}

/** What a MAC covers: the header with the final Lc, and the body. */
function message({ header, p1, p2, data }: Parsed, body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(header >> 8, header & 0xff, p1, p2, data.length), body]);
}

const plausible = new Map<number, boolean>();
function isPlausible(sw: number): boolean {
  const known = plausible.get(sw) ?? STATUS_WORDS.some(({ pattern }) => matchesStatusWord(sw, pattern));
  plausible.set(sw, known);
  return known;
}

const inPersonalization = ({ state }: ChipContent) => state === 'blank' || state === 'personalization';
const firstChange = ({ state }: ChipContent): Allowed => (state === 'blank' ? { state: 'personalization' } : {});
const place = ({ directory, fid }: { directory: number; fid: number }) => `${directory}/${fid}`;
const keyPlace = (directory: number, kid: number, version: number) => `${directory}/${kid}/${version}`;
const secretOf = (key: KeyEntry): Buffer => key.value.use((bytes) => Buffer.from(bytes));
const keyState = (key: KeyEntry, tries = key.triesLeft) => `${key.suite} ${secretOf(key).toString('hex')} ${tries}`;

function triesOf(key: KeyEntry, tries: number): Allowed {
  return { keys: new Map([[keyPlace(key.directory, key.kid, key.version), keyState(key, tries)]]) };
}

function findKey(content: ChipContent, directory: number, kid: number, version: number): KeyEntry | undefined {
  return content.keys.find((key) => key.directory === directory && key.kid === kid && key.version === version);
}

function sameValue(suite: Suite, one: Buffer, other: Buffer): boolean {
  const masked = (key: Buffer) => (suite === 'pboc-3des' ? key.map((byte) => byte & 0xfe) : key);
  return Buffer.from(masked(one)).equals(Buffer.from(masked(other)));
}

function partsOf({ body }: FileEntry): readonly Uint8Array[] {
  return body.structure === 'transparent' ? [body.content] : body.records;
}

/** The file after a write, as CARD-FACTS 1.3 has it. */
function written(entry: FileEntry, { header, p1, p2 }: Parsed, value: Buffer): readonly Uint8Array[] {
  const { body } = entry;
  if (header === 0x00d6) {
    const offset = p1 * 256 + p2;
    if (body.structure !== 'transparent' || offset + value.length > body.content.length || value.length > 128) {
      throw new Violation('UPDATE BINARY outside the file');
    }
    const content = Buffer.from(body.content);
    content.set(value, offset);
    return [content];
  }
  if (body.structure === 'transparent') throw new Violation('a record of a transparent file');
  if (body.structure === 'cyclic') {
    if (p1 !== 0 || p2 !== 3 || value.length !== body.recordSizeBytes) throw new Violation('no append');
    return [value, ...body.records].slice(0, body.recordCount);
  }
  const old = body.records[p1 - 1];
  if (old === undefined || p2 !== 4 || old.length !== value.length) throw new Violation('a record of another size');
  if (body.structure === 'tlv-records' && (old[0] !== value[0] || old[1] !== value[1])) {
    throw new Violation('the tag or length of a record changed');
  }
  return body.records.map((record, i) => (i === p1 - 1 ? value : record));
}

function compareMemory(before: ChipContent, after: ChipContent, allowed: Allowed): void {
  if (before === after && allowed === NOTHING) return;
  const written = allowed.file;
  for (const file of after.files) {
    const old = before.files.find((entry) => place(entry) === place(file));
    if (old === undefined) {
      if (allowed.creates !== true) throw new Violation(`${place(file)} came from nowhere`);
      continue;
    }
    const expected = written !== undefined && place(written.entry) === place(file) ? written.parts : null;
    if (expected === null && old.body === file.body) continue;
    if (!equalParts(expected ?? partsOf(old), partsOf(file))) {
      throw new Violation(`${place(file)} holds what ${expected === null ? 'nobody wrote' : 'was not written'}`);
    }
  }
  if (after.files.length < before.files.length) throw new Violation('a file is gone');
  const state = allowed.state ?? before.state;
  const optional = before.state === 'blank' && after.state === 'blank';
  if (after.state !== state && !optional) throw new Violation(`state ${after.state} instead of ${state}`);
  for (const { fid, block } of after.directories) {
    const held = before.directories.find((entry) => entry.fid === fid);
    if (held === undefined && allowed.creates !== true) throw new Violation('a directory came from nowhere');
    const wanted = allowed.block?.directory === fid ? allowed.block.block : (held?.block ?? 'open');
    if (block !== wanted) throw new Violation(`directory ${fid.toString(16)} is ${block}`);
  }
  if (after.keys !== before.keys || allowed.keys !== undefined) compareKeys(before, after, allowed.keys ?? new Map());
}

function compareKeys(before: ChipContent, after: ChipContent, allowed: ReadonlyMap<string, string | null>): void {
  const states = (content: ChipContent) =>
    new Map(content.keys.map((key) => [keyPlace(key.directory, key.kid, key.version), key]));
  const [old, now] = [states(before), states(after)];
  for (const name of new Set([...old.keys(), ...now.keys(), ...allowed.keys()])) {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === is && !allowed.has(name)) continue;
    const wanted = allowed.has(name) ? allowed.get(name) : was === undefined ? null : keyState(was);
    if ((is === undefined ? null : keyState(is)) !== wanted) throw new Violation(`key ${name} is not what it must be`);
  }
}

function equalParts(one: readonly Uint8Array[], other: readonly Uint8Array[]): boolean {
  return one.length === other.length && one.every((part, i) => Buffer.from(part).equals(other[i] ?? Buffer.alloc(0)));
}

/** ADR 001, "END PERSONALIZATION"; files that are not the profile's come last, as created. */
export function contentDigest(suite: Suite, content: ChipContent): Buffer {
  const u16 = (value: number) => Buffer.of(value >> 8, value & 0xff);
  const ranked = [...PROFILE_FILES.keys()];
  const rank = (file: FileEntry) => (ranked.includes(place(file)) ? ranked.indexOf(place(file)) : ranked.length);
  const files = [...content.files]
    .sort((a, b) => rank(a) - rank(b))
    .map((file) => {
      const bytes = Buffer.concat(partsOf(file));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([u16(file.directory), u16(file.fid), length, bytes]);
    });
  const keys = content.keys
    .filter(({ version }) => version !== 0)
    .map((key) => {
      const kcv = ecb(key.suite, secretOf(key), Buffer.alloc(blockBytes(key.suite))).subarray(0, 3);
      return Buffer.concat([u16(key.directory), Buffer.of(key.kid, key.version), kcv]);
    });
  return hash(suite, hash(suite, ...files), ...keys.sort(Buffer.compare));
}

const secretCache = new WeakMap<readonly KeyEntry[], ReadonlySet<string>>();

function secretWindows(...contents: readonly ChipContent[]): ReadonlySet<string> {
  const sets = contents.map(({ keys }) => {
    const known = secretCache.get(keys);
    if (known !== undefined) return known;
    const made = new Set(keys.flatMap((key) => windowsOf(secretOf(key))));
    secretCache.set(keys, made);
    return made;
  });
  const [one = new Set<string>(), other = one] = sets;
  return one === other ? one : new Set([...one, ...other]);
}
