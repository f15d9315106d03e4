// `npm start`: installs and builds what is stale, then runs the server until it is stopped.
import { join } from 'node:path';
import { exec, prepare, ROOT } from './prepare.mjs';

await prepare();
exec(['--disable-sigusr1', join(ROOT, 'packages/server/dist/main.js'), ...process.argv.slice(2)]);
