// Evaluates Actions' CommonJS text in this process, as `require` would.
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import { capturingConsole } from './plain-chain.mjs';

const require = createRequire(import.meta.url);

export function loadHandlers(sources) {
  globalThis.console = { ...console, ...capturingConsole };
  return sources.map((source) => {
    const module = { exports: {} };
    compileFunction(source, ['exports', 'module', 'require'])(module.exports, module, require);
    return module.exports.onExecutePostLogin;
  });
}
