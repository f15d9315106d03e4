// Runs workerd on loopback with the Actions as modules. Argument: JSON list of their sources.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import workerd from 'workerd';

const sources = JSON.parse(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-workerd-'));
const imports = sources.map((_, index) => `import action${index} from './action-${index}.cjs';`);
const list = sources.map((_, index) => `action${index}.onExecutePostLogin`);
const files = {
  'workerd-entry.mjs': readFileSync(join(import.meta.dirname, 'workerd-entry.mjs'), 'utf8'),
  'plain-chain.mjs': readFileSync(join(import.meta.dirname, 'plain-chain.mjs'), 'utf8'),
  'handlers.mjs': `${imports.join('\n')}\nexport const handlers = [${list.join(', ')}];\n`,
};
for (const [index, source] of sources.entries()) files[`action-${index}.cjs`] = source;
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
const modules = Object.keys(files).map((name) => {
  const kind = name.endsWith('.cjs') ? 'commonJsModule' : 'esModule';
  return `(name = "${name}", ${kind} = embed "${name}")`;
});
writeFileSync(
  join(folder, 'config.capnp'),
  `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "chain", worker = (compatibilityDate = "2026-01-01", modules = [${modules.join(', ')}]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "chain")],
);
`,
);

const child = spawn(
  workerd.default ?? workerd,
  ['serve', join(folder, 'config.capnp'), '--control-fd=3'],
  { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] },
);
createInterface({ input: child.stdio[3] }).on('line', (line) => {
  const message = JSON.parse(line);
  if (message.event === 'listen') process.stdout.write(`${JSON.stringify({ port: message.port })}\n`);
});
child.on('exit', (code) => process.exit(code ?? 1));
process.on('exit', () => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
process.stdin.on('end', () => process.exit(0)).resume();
