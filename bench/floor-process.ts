// The other side of `chain-floor.ts`. Arguments: path of the socket, and the reply as JSON.
import { createServer } from 'node:net';
import { readFrames, writeFrame } from './frames.ts';
import { endWithParent, say } from './peer-side.ts';

const [path, reply = ''] = process.argv.slice(2);
const replyBytes = Buffer.from(reply);
const replyValue: unknown = JSON.parse(reply);

const server = createServer((socket) => {
  let mode: string | undefined;
  readFrames(socket, (body) => {
    if (mode === undefined) {
      mode = String(body);
    } else if (mode === 'raw') {
      writeFrame(socket, replyBytes);
    } else {
      JSON.parse(String(body));
      writeFrame(socket, JSON.stringify(replyValue));
    }
  });
  socket.on('error', () => socket.destroy());
});
server.listen(path, () => say({ listening: true }));
endWithParent();
