/**
 * A host that a test kills: opens a sandbox at the level of its first argument, starts an endless loop
 * in it, and says so. Run with `node --conditions=source`.
 */
import { action, openSandbox } from './sandbox-runner.ts';

const level = process.argv[2] === 'process' ? 'process' : 'namespaces';
const sandbox = await openSandbox({ level });
void sandbox.run([action('for (;;);')], { timeoutMs: 60_000 });
void sandbox.run([action('await new Promise(() => {});')], {
  timeoutMs: 60_000,
  tenantId: 'other',
});
process.stdout.write('running\n');
