/** vpcd's frames: 2-byte big-endian length, then that many bytes; one byte is a control, more is an APDU (FIELD.md). */
import { concatBytes, uint16 } from '@rhc/card/bytes';

export const CONTROL = { powerOff: 0x00, powerOn: 0x01, reset: 0x02, getAtr: 0x04 } as const;

export function encodeFrame(body: Uint8Array): Uint8Array {
  return concatBytes(uint16(body.length), body);
}

/** TCP cuts where it likes: bytes go in, whole frames come out. */
export class FrameReader {
  #buffer: Uint8Array = new Uint8Array(0);

  push(chunk: Uint8Array): readonly Uint8Array[] {
    this.#buffer = concatBytes(this.#buffer, chunk);
    const frames: Uint8Array[] = [];
    for (;;) {
      const [high, low] = this.#buffer;
      if (high === undefined || low === undefined) return frames;
      const end = 2 + high * 256 + low;
      if (this.#buffer.length < end) return frames;
      frames.push(this.#buffer.slice(2, end));
      this.#buffer = this.#buffer.slice(end);
    }
  }
}
