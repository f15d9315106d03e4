import { BuildFailure, buildFailure, RegistryUnavailableError } from './build-failure.ts';

/** The parts of npm's errors that are read here. */
interface NpmError {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly pkgid?: unknown;
  readonly name?: unknown;
  readonly wanted?: unknown;
  readonly package?: unknown;
}

/** Errors of the machine, not of a package: the operator's to repair, and worth a retry. */
const SYSTEM_CODES = new Set([
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
  'EIO',
  'EROFS',
  'EACCES',
  'EPERM',
  'ENOMEM',
]);

export function isSystemError(error: unknown): boolean {
  const code = (error as NpmError | null)?.code;
  return typeof code === 'string' && SYSTEM_CODES.has(code);
}

/**
 * Sorts what npm's libraries throw: what the author can repair becomes a `BuildFailure`, everything
 * else (no answer, a server's error, a broken connection) means that the registry is unavailable.
 */
export function classifyRegistryError(error: unknown): Error {
  if (error instanceof BuildFailure || error instanceof RegistryUnavailableError) return error;
  const { code, statusCode, ...rest } = readError(error);
  switch (code) {
    case 'E404':
    case 'E401':
    case 'E403':
    case 'ETARGET':
    case 'ENOVERSIONS':
    case 'E451':
      return buildFailure(
        'dependency_not_found',
        `The registry has no package ${nameOf(rest)}`,
        error,
      );
    case 'ERESOLVE':
      return buildFailure('dependency_conflict', describeConflict(error), error);
    case 'EBADPLATFORM':
    case 'EBADENGINE':
      return buildFailure(
        'dependency_unsupported',
        `${nameOf(rest)} does not run on this platform`,
        error,
      );
    case 'EALLOWGIT':
    case 'EALLOWREMOTE':
    case 'EALLOWFILE':
    case 'EALLOWDIRECTORY':
    case 'EUNSUPPORTEDPROTOCOL':
    case 'EINVALIDPACKAGENAME':
    case 'EINVALIDTAGNAME':
      return buildFailure(
        'invalid_dependency',
        `${nameOf(rest)} does not come from a registry`,
        error,
      );
    case 'EINTEGRITY':
    case 'TAR_ABORT':
    case 'TAR_BAD_ARCHIVE':
    case 'Z_DATA_ERROR':
      return buildFailure(
        'dependency_corrupt',
        `${nameOf(rest)} does not match its checksum or is no archive`,
        error,
      );
    case 'EPRIVATEADDRESS':
      return buildFailure(
        'registry_refused',
        'The registry of a dependency is not on the public internet',
        error,
      );
    default:
      return new RegistryUnavailableError(code ?? `status ${statusCode ?? 'unknown'}`, {
        cause: error,
      });
  }
}

function readError(
  error: unknown,
): { code?: string; statusCode?: number } & Pick<
  NpmError,
  'pkgid' | 'name' | 'wanted' | 'package'
> {
  const { code, statusCode, pkgid, name, wanted, package: pack } = (error ?? {}) as NpmError;
  return {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof statusCode === 'number' ? { statusCode } : {}),
    pkgid,
    name,
    wanted,
    package: pack,
  };
}

/** `name@version` as it was asked for, in whatever member npm left it. */
function nameOf(error: Pick<NpmError, 'pkgid' | 'name' | 'wanted' | 'package'>): string {
  const { pkgid, name, wanted, package: pack } = error;
  if (typeof name === 'string' && typeof wanted === 'string') return `${name}@${wanted}`;
  const spec = typeof pkgid === 'string' ? pkgid : typeof pack === 'string' ? pack : undefined;
  // An address may be part of the spec of a package's own dependency; it is nobody's business here.
  return spec === undefined
    ? 'a dependency'
    : spec.replace(/^registry:/, '').replace(/@\w[\w+.-]*:.*$/, '');
}

function describeConflict(error: unknown): string {
  const { edge, current } = error as {
    readonly edge?: {
      readonly name?: string;
      readonly spec?: string;
      readonly from?: { readonly name?: string } | null;
    };
    readonly current?: { readonly name?: string; readonly version?: string };
  };
  if (edge?.name === undefined)
    return 'Two dependencies need different versions of the same peer package';
  const found = current?.version === undefined ? 'another version' : `version ${current.version}`;
  return `${edge.from?.name ?? 'A dependency'} needs ${edge.name}@${edge.spec ?? '*'}, but ${found} is declared or needed elsewhere`;
}
