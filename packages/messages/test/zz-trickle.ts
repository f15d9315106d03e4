import { createServer } from 'node:net';
import { sendSmtp } from '../src/deliver/send-smtp.ts';
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  socket.write('220 hi\r\n');
  const timer = setInterval(() => socket.write('2'), 500);
  socket.on('close', () => clearInterval(timer));
});
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as { port: number };
  const began = Date.now();
  const result = await sendSmtp({ host: 'h.test', port, tls: 'none' }, [{ address: '127.0.0.1', port }], { id: 'msg_1', from: { name: '', address: 'a@b.test' }, to: 'c@d.test', subject: 's', html: 'h', text: 't' });
  console.log(Date.now() - began, result);
  server.close();
});
