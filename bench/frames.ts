import type { Socket } from 'node:net';

const LENGTH_BYTES = 4;

/** Writes `body` with its length before it, in one write. */
export function writeFrame(socket: Socket, body: string | Buffer): void {
  const length = Buffer.byteLength(body);
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + length);
  frame.writeUInt32LE(length);
  if (typeof body === 'string') frame.write(body, LENGTH_BYTES);
  else body.copy(frame, LENGTH_BYTES);
  socket.write(frame);
}

/** Calls `onFrame` with each whole body that arrives. */
export function readFrames(socket: Socket, onFrame: (body: Buffer) => void): void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes < LENGTH_BYTES) return;
    let buffer = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      if (buffer.length < LENGTH_BYTES) break;
      const end = LENGTH_BYTES + buffer.readUInt32LE();
      if (buffer.length < end) break;
      onFrame(buffer.subarray(LENGTH_BYTES, end));
      buffer = buffer.subarray(end);
    }
    chunks = buffer.length === 0 ? [] : [buffer];
    bytes = buffer.length;
  });
}
