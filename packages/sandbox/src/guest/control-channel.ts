import { Socket } from 'node:net';
import { encodeFrame, FrameReader } from '../channel/frame.ts';
import {
  CONTROL_FD,
  type GuestMessage,
  type HostMessage,
  MAX_HOST_FRAME_BYTES,
} from '../protocol.ts';

// Taken before any author's code runs: what that code does to the globals harms its own tenant only,
// but must not keep an honest runtime from answering.
const { parse, stringify } = JSON;
const exit = (process as unknown as { reallyExit(code: number): never }).reallyExit.bind(process);

const READ_BYTES = 256 * 1024;

export interface ControlChannel {
  send(message: GuestMessage): void;
  /** Sends text that is JSON already. */
  sendJson(json: string): void;
}

/**
 * Opens the channel to the host. The guest ends with the host: when the channel closes there is nobody
 * left to work for, and no orphan may stay.
 */
export function openControlChannel(onMessage: (message: HostMessage) => void): ControlChannel {
  const socket = new Socket({
    fd: CONTROL_FD,
    readable: true,
    writable: true,
    // One buffer for all reads: a new one for each made garbage collection a third of the guest's time.
    onread: {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback(length, bytes) {
        reader.push(Buffer.from(bytes.buffer, bytes.byteOffset, length));
        return true;
      },
    },
  });
  const reader = new FrameReader(MAX_HOST_FRAME_BYTES, (frame) => {
    onMessage(parse(frame.toString('utf8')) as HostMessage);
  });
  const write = socket.write.bind(socket) as (frame: Buffer) => boolean;
  socket.on('error', () => exit(0));
  socket.on('close', () => exit(0));

  const sendJson = (json: string) => void write(encodeFrame(json));
  return { sendJson, send: (message) => sendJson(stringify(message)) };
}
