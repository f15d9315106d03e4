import { constants, Script } from 'node:vm';
import type { WireAction } from '../protocol.ts';
import { createRequire } from './restricted-require.ts';

type Exports = Readonly<Record<string, unknown>>;
type Wrapper = (...args: readonly unknown[]) => void;

const WRAPPER_HEAD = '(function (exports, require, module, __filename, __dirname) {';
const WRAPPER_TAIL = '\n})';
/** Fits into a frame of the guest as base64. */
const MAX_CACHE_BYTES = 5 * 1024 * 1024;

/** Name of a bundle in stack traces. The host maps positions in it to the author's source. */
function nameBundle(hash: string): string {
  return `/actions/${hash}.js`;
}

/** The bundles of a process, and the module instances made of them. */
export interface ModuleStore {
  add(hash: string, code: string, cache: string | undefined): void;
  /** Evaluates the bundle once per version; whatever module code throws passes through. */
  load(action: WireAction): Exports;
  /** V8's code cache of a bundle (base64), with the functions compiled so far; empty when it is too large. */
  createCache(hash: string): string;
}

export function createModuleStore(): ModuleStore {
  const sources = new Map<string, { readonly code: string; readonly cache: string | undefined }>();
  const scripts = new Map<string, Script>();
  const instances = new Map<string, Exports>();

  const compile = (hash: string): Script => {
    const known = scripts.get(hash);
    if (known !== undefined) return known;
    const source = sources.get(hash);
    if (source === undefined) throw new Error(`The bundle ${hash} was not sent.`);
    const script = new Script(`${WRAPPER_HEAD}${source.code}${WRAPPER_TAIL}`, {
      filename: nameBundle(hash),
      // Makes columns of the first line those of the bundle.
      columnOffset: -WRAPPER_HEAD.length,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(source.cache === undefined ? {} : { cachedData: Buffer.from(source.cache, 'base64') }),
    });
    scripts.set(hash, script);
    sources.delete(hash);
    return script;
  };

  return {
    add(hash, code, cache) {
      if (!scripts.has(hash)) sources.set(hash, { code, cache });
    },
    load(action) {
      // Two actions with the same code share the compiled script, never the module's state.
      const { modules = [] } = action;
      const pins = modules.map(({ versionId }) => versionId).join(' ');
      const key = `${action.actionId}\n${action.versionId}\n${action.artifactHash}\n${pins}`;
      const known = instances.get(key);
      if (known !== undefined) return known;
      const wrapper = compile(action.artifactHash).runInThisContext() as Wrapper;
      const module = { exports: {} as Exports };
      const filename = nameBundle(action.artifactHash);
      const require = createRequire(modules);
      wrapper.call(module.exports, module.exports, require, module, filename, '/actions');
      instances.set(key, module.exports);
      return module.exports;
    },
    createCache(hash) {
      const cache = scripts.get(hash)?.createCachedData();
      return cache === undefined || cache.length > MAX_CACHE_BYTES ? '' : cache.toString('base64');
    },
  };
}
