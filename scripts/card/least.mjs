/**
 * The least number of APDUs that a dialogue permits, counted from the profile and the rules of the card, not from our code:
 * - a directory is entered by one SELECT from its parent or a sibling, and forgets every authentication (ADR 001);
 * - a key is authenticated by two APDUs (GET CHALLENGE, EXTERNAL AUTHENTICATE), once while the directory stays;
 * - a file is one SELECT; a record is one READ RECORD (the card has no command for several);
 * - READ BINARY carries 256 bytes, UPDATE BINARY the product's block;
 * - a protected command is two (its challenge serves it alone);
 * - a terminal that does not know the card reads its city code first: three APDUs from reset.
 */
import { nationalProfile, rhcBlank1 } from '@rhc/card/profile';

const READ_BLOCK_BYTES = 256;

/** @typedef {{ readonly count: number, readonly zh: string, readonly en: string }} LeastLine */

export class Least {
  /** @type {LeastLine[]} */
  lines = [];

  get total() {
    return this.lines.reduce((sum, { count }) => sum + count, 0);
  }

  /** @param {number} count @param {string} zh @param {string} en */
  add(count, zh, en) {
    this.lines.push({ count, zh, en });
    return this;
  }

  /** DDF1, its EF05 and the record of the city code. */
  identify() {
    return this.add(3, 'SELECT DDF1、SELECT EF05、读应用城市代码', 'SELECT DDF1, SELECT EF05, read the city code');
  }

  /** @param {string} directory */
  enter(directory) {
    return this.add(1, `SELECT ${directory}`, `SELECT ${directory}`);
  }

  /** @param {string} slot */
  key(slot) {
    return this.add(2, `认证 ${slot}`, `authenticate ${slot}`);
  }

  /** @param {string} file */
  file(file) {
    return this.add(1, `SELECT ${file}`, `SELECT ${file}`);
  }

  /** Every record of the TLV file, less those that were read already. @param {string} id */
  tlv(id, known = 0) {
    const file = nationalProfile.file(id);
    if (file.structure !== 'tlv-records') throw new Error(`${id} has no TLV records`);
    const count = file.elements.length - known;
    return this.add(count, `读 ${id} 的 ${count} 条记录`, `read ${count} records of ${id}`);
  }

  /** The records held, and the one behind them that is empty. @param {string} id @param {number} held */
  cyclic(id, held) {
    const file = nationalProfile.file(id);
    if (file.structure !== 'cyclic') throw new Error(`${id} is not cyclic`);
    const count = Math.min(held + 1, file.recordCount);
    return this.add(
      count,
      `读 ${id} 的 ${held} 条记录与其后的空记录`,
      `read ${held} records of ${id} and the empty one behind`,
    );
  }

  /** @param {number} count @param {string} zh @param {string} en */
  records(count, zh, en) {
    return this.add(count, zh, en);
  }

  /** @param {string} id @param {number} bytes */
  readBytes(id, bytes) {
    const count = Math.ceil(bytes / READ_BLOCK_BYTES);
    return this.add(count, `读 ${id} 的 ${bytes} 字节`, `read ${bytes} bytes of ${id}`);
  }

  /** @param {string} id @param {number} bytes */
  writeBytes(id, bytes) {
    const count = Math.ceil(bytes / rhcBlank1.maxBinaryBlockBytes);
    return this.add(count, `写 ${id} 的 ${bytes} 字节`, `write ${bytes} bytes of ${id}`);
  }

  /** @param {number} count */
  protectedCommands(count) {
    return this.add(
      2 * count,
      `${count} 条线路保护命令，各取一次随机数`,
      `${count} protected commands with a challenge each`,
    );
  }
}
