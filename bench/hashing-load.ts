// Verifies a password with the same cost as the server does, and nothing else.
import { hash, verify } from '@node-rs/argon2';
import { type LoadOrder, runLoad } from './load-run.ts';
import { answerRequests, endWithParent, say } from './peer-side.ts';

const PASSWORD = 'correct horse battery staple';
const hashed = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });

answerRequests((order: LoadOrder) =>
  runLoad(order, async () => {
    await verify(hashed, PASSWORD);
  }),
);
endWithParent();
say({ waiting: true });
