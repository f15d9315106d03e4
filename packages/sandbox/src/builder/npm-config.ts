import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

/** How packages are fetched. Absent members have npm's defaults. */
export interface NpmConfig {
  readonly registry?: string;
  /** Keys that belong to a scope or a registry, as npm spells them: `@scope:registry`, `//host/:_authToken`. */
  readonly keyed: Readonly<Record<string, string>>;
  /** PEM certificates that replace the built-in roots. */
  readonly ca?: readonly string[];
  /** File of PEM certificates trusted beside the built-in roots. */
  readonly extraCaFile?: string;
  readonly proxy?: string;
  readonly httpsProxy?: string;
  readonly noProxy?: string;
  /** False accepts any certificate of the registry. */
  readonly strictSsl?: boolean;
}

type Settings = ReadonlyMap<string, string | readonly string[]>;
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads npm's configuration of the machine: `npm_config_*` variables, over the user's `.npmrc`, over
 * the global one (`npm_config_globalconfig`, else `etc/npmrc` beside the `npm` on the PATH).
 * Understands registries, scopes, credentials bound to a registry, certificates and proxies;
 * everything else does not matter to a build. A file that is absent counts as empty.
 */
export function readNpmConfig(env: Environment, home: string): NpmConfig {
  const fromEnv = readEnvironment(env);
  const userFile = single(fromEnv, 'userconfig') ?? join(home, '.npmrc');
  const globalFile = single(fromEnv, 'globalconfig') ?? findGlobalFile(env, fromEnv);
  const settings = new Map([...readFile(globalFile, env), ...readFile(userFile, env), ...fromEnv]);
  const ca = readCertificates(settings, home);
  const strictSsl = single(settings, 'strict-ssl');
  return {
    ...optional('registry', single(settings, 'registry')),
    keyed: pickKeyed(settings),
    ...optional('ca', ca),
    ...optional('extraCaFile', absolute(env.NODE_EXTRA_CA_CERTS)),
    ...optional('proxy', single(settings, 'proxy') ?? env.HTTP_PROXY ?? env.http_proxy),
    ...optional(
      'httpsProxy',
      single(settings, 'https-proxy') ?? env.HTTPS_PROXY ?? env.https_proxy,
    ),
    ...optional('noProxy', single(settings, 'noproxy') ?? env.NO_PROXY ?? env.no_proxy),
    ...optional('strictSsl', strictSsl === undefined ? undefined : strictSsl !== 'false'),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  const empty = value === undefined || (typeof value === 'string' && isUnset(value));
  return (empty ? {} : { [key]: value }) as { readonly [P in K]?: V };
}

/** A build runs in another folder. */
function absolute(path: string | undefined): string | undefined {
  return path === undefined || path === '' ? undefined : resolve(path);
}

/** npm writes an unset value as an empty string or `null`. */
function isUnset(value: string): boolean {
  return value === '' || value === 'null' || value === 'undefined';
}

function single(settings: Settings, key: string): string | undefined {
  const value = settings.get(key);
  return typeof value === 'string' && !isUnset(value) ? value : undefined;
}

function pickKeyed(settings: Settings): Record<string, string> {
  const keyed: Record<string, string> = {};
  for (const [key, value] of settings) {
    const belongs = key.startsWith('//') || (key.startsWith('@') && key.endsWith(':registry'));
    if (belongs && typeof value === 'string') keyed[key] = value;
  }
  return keyed;
}

function readEnvironment(env: Environment): Map<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value === '' || !/^npm_config_/i.test(name)) continue;
    const key = name.slice('npm_config_'.length);
    // Keys that hold an address keep their case and underscores.
    const isAddress = key.startsWith('//') || key.startsWith('@');
    settings.set(isAddress ? key : key.toLowerCase().replaceAll('_', '-'), value);
  }
  return settings;
}

function findGlobalFile(env: Environment, fromEnv: Settings): string | undefined {
  const prefix = single(fromEnv, 'prefix') ?? env.PREFIX;
  if (prefix !== undefined) return join(prefix, 'etc', 'npmrc');
  const folder = (env.PATH ?? '')
    .split(delimiter)
    .find((dir) => dir !== '' && existsSync(join(dir, 'npm')));
  return folder === undefined ? undefined : join(dirname(folder), 'etc', 'npmrc');
}

function readFile(
  path: string | undefined,
  env: Environment,
): Map<string, string | readonly string[]> {
  const settings = new Map<string, string | readonly string[]>();
  if (path === undefined || !existsSync(path)) return settings;
  for (const line of readFileSync(path, 'utf8').split(/\r?\n/)) {
    const match = /^\s*([^;#=\s][^=]*?)\s*(?:=\s*(.*?)\s*)?$/.exec(line);
    const key = match?.[1];
    if (key === undefined) continue;
    const value = expand(unquote(match?.[2] ?? 'true'), env);
    if (!key.endsWith('[]')) settings.set(key, value);
    else settings.set(key.slice(0, -2), [...list(settings.get(key.slice(0, -2))), value]);
  }
  return settings;
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

function unquote(value: string): string {
  const quoted = /^"(.*)"$/.exec(value)?.[1];
  if (quoted !== undefined) return quoted.replaceAll('\\n', '\n').replaceAll('\\"', '"');
  return /^'(.*)'$/.exec(value)?.[1] ?? value.replace(/\s+[;#].*$/, '');
}

/** `${NAME}` is the variable, `${NAME?}` is empty without it; an unknown `${NAME}` stays as written. */
function expand(value: string, env: Environment): string {
  return value.replace(/\$\{([^}?]+)(\?)?\}/g, (whole, name: string, isOptional?: string) => {
    return env[name] ?? (isOptional === undefined ? whole : '');
  });
}

/** `cafile` wins over `ca`, as in npm. */
function readCertificates(settings: Settings, home: string): readonly string[] | undefined {
  const file = single(settings, 'cafile')?.replace(/^~(?=\/)/, home);
  if (file !== undefined && existsSync(file)) return splitCertificates(readFileSync(file, 'utf8'));
  const inline = list(settings.get('ca')).filter((entry) => !isUnset(entry));
  return inline.length === 0 ? undefined : inline.map((entry) => entry.replaceAll('\\n', '\n'));
}

function splitCertificates(text: string): readonly string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}
