import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pacote from 'pacote';
import { type ReadEntry, Unpack } from 'tar';
import { buildFailure } from './build-failure.ts';
import type { RegistryOptions, RoutedPackages } from './registry-client.ts';
import { classifyRegistryError, isSystemError } from './registry-errors.ts';
import type { LockedPackage } from './resolve-dependencies.ts';

/** Downloads at a time; more gains nothing against one registry. */
const CONCURRENCY = 8;

interface InstallOptions {
  readonly target: string;
  readonly registry: RegistryOptions;
  readonly routed: RoutedPackages;
  readonly maxBytes: number;
  readonly maxFiles: number;
}

/** What an unpacked package would need besides JavaScript. */
export interface InstalledPackage {
  readonly location: string;
  /** The file that gives it away: `binding.gyp` or a compiled `*.node`. */
  readonly nativeFile?: string;
}

/** What is left of the limits, shared by all packages of one installation. */
interface Allowance {
  bytes: number;
  files: number;
}

/**
 * Downloads every package, checks its integrity, and unpacks it below `target`. Nothing is linked or
 * executed: links and devices inside a package are left out, and scripts never run.
 */
export async function installPackages(
  packages: readonly LockedPackage[],
  options: InstallOptions,
): Promise<readonly InstalledPackage[]> {
  const allowance: Allowance = { bytes: options.maxBytes, files: options.maxFiles };
  const installed: InstalledPackage[] = [];
  // Parents first: a package's folder is emptied of nothing, so a nested one must come after it.
  const queue = [...packages].sort((a, b) => a.location.length - b.location.length);
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      installed.push(await installPackage(next, options, allowance));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return installed;
}

async function installPackage(
  locked: LockedPackage,
  { target, registry, routed }: InstallOptions,
  allowance: Allowance,
): Promise<InstalledPackage> {
  const folder = join(target, locked.location);
  await mkdir(folder, { recursive: true });
  const files = new Set<string>();
  const options = {
    ...(routed.optionsOf(locked.name) ?? registry),
    resolved: locked.resolved,
    integrity: locked.integrity,
  };
  try {
    await pacote.tarball.stream(
      `${locked.name}@${locked.version}`,
      (tarball) => unpack(tarball, folder, { allowance, files }),
      options,
    );
  } catch (error) {
    throw isSystemError(error) ? error : classifyRegistryError(withPackage(error, locked));
  }
  const nativeFile = [...files].find(isNativeFile);
  return { location: locked.location, ...(nativeFile === undefined ? {} : { nativeFile }) };
}

/** npm's errors about archives do not say which package they are about. */
function withPackage(error: unknown, { name, version }: LockedPackage): unknown {
  if (!(error instanceof Error) || 'diagnostics' in error) return error;
  return Object.assign(error, { pkgid: `${name}@${version}` });
}

/** `binding.gyp` makes npm compile a package even without a script that says so. */
function isNativeFile(path: string): boolean {
  return (
    path === 'binding.gyp' ||
    path.endsWith('.node') ||
    /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/binding\.gyp$/.test(path)
  );
}

function unpack(
  tarball: NodeJS.ReadableStream,
  folder: string,
  { allowance, files }: { readonly allowance: Allowance; readonly files: Set<string> },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const unpacker = new Unpack({
      cwd: folder,
      // The archive's first folder is the package; whatever it is called, it is dropped.
      strip: 1,
      noMtime: true,
      preserveOwner: false,
      filter: (_path, entry) => {
        const { type, path, size } = entry as ReadEntry;
        if (type !== 'File' && type !== 'OldFile' && type !== 'ContiguousFile')
          return type === 'Directory';
        allowance.bytes -= size;
        allowance.files -= 1;
        if (allowance.bytes < 0 || allowance.files < 0) {
          unpacker.abort(
            buildFailure('dependencies_too_large', 'The dependencies are too large once unpacked'),
          );
          return false;
        }
        files.add(path.slice(path.indexOf('/') + 1));
        return true;
      },
      onwarn: (_code, _message, data) => {
        // Everything else that tar warns about is a damaged entry, which it leaves out.
        if (isSystemError(data)) unpacker.abort(data as unknown as Error);
      },
    });
    unpacker.on('error', reject);
    unpacker.on('close', resolve);
    tarball.on('error', reject);
    tarball.pipe(unpacker);
  });
}

/** Name of a package's folder for people: `node_modules/a/node_modules/@s/b` → `@s/b`. */
export function packageNameIn(location: string): string {
  const last = location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return last === '' ? basename(location) : last;
}
