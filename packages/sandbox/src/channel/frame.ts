import { LENGTH_BYTES } from '../protocol.ts';

/** Encodes a control frame in one buffer: two writes would cost a second wake-up of the reader. */
export function encodeFrame(json: string): Buffer {
  const length = Buffer.byteLength(json);
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + length);
  frame.writeUInt32LE(length, 0);
  frame.write(json, LENGTH_BYTES, length, 'utf8');
  return frame;
}

export class FrameTooLarge extends Error {
  constructor(bytes: number, maxBytes: number) {
    super(`A frame of ${bytes} bytes (limit ${maxBytes})`);
    this.name = 'FrameTooLarge';
  }
}

/**
 * Cuts a byte stream into frames. Chunks are kept in a list and joined once per frame: joining at each
 * chunk made a 40 MB artifact take seconds.
 */
export class FrameReader {
  readonly #maxBytes: number;
  readonly #onFrame: (frame: Buffer) => void;
  #chunks: Buffer[] = [];
  #buffered = 0;
  /** Bytes that must be there before it is worth looking again. */
  #wanted = LENGTH_BYTES;

  /** `onFrame` gets the bytes without the length; they are only valid during the call. */
  constructor(maxBytes: number, onFrame: (frame: Buffer) => void) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  /** Throws `FrameTooLarge` before a frame over the limit is buffered, and what `onFrame` throws. */
  push(chunk: Buffer): void {
    if (this.#buffered === 0) {
      this.#cut(chunk);
      return;
    }
    this.#chunks.push(Buffer.from(chunk));
    this.#buffered += chunk.length;
    if (this.#buffered < this.#wanted) return;
    const joined = Buffer.concat(this.#chunks, this.#buffered);
    this.#chunks = [];
    this.#buffered = 0;
    this.#cut(joined);
  }

  #cut(bytes: Buffer): void {
    let at = 0;
    this.#wanted = LENGTH_BYTES;
    while (bytes.length - at >= LENGTH_BYTES) {
      const length = bytes.readUInt32LE(at);
      if (length > this.#maxBytes) throw new FrameTooLarge(length, this.#maxBytes);
      const end = at + LENGTH_BYTES + length;
      if (end > bytes.length) {
        this.#wanted = LENGTH_BYTES + length;
        break;
      }
      this.#onFrame(bytes.subarray(at + LENGTH_BYTES, end));
      at = end;
    }
    if (at < bytes.length) {
      // A copy, because the caller may read into the same buffer again.
      this.#chunks.push(Buffer.from(bytes.subarray(at)));
      this.#buffered = bytes.length - at;
    }
  }
}
