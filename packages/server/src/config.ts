import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { OperatorSmtp } from '@tessera/messages';
import type { ActionLimits } from '@tessera/model';
import { describeEgressRuleFault, type NpmConfig, readNpmConfig } from '@tessera/sandbox';
import { z } from 'zod';
import { parseActionLimits } from './action-limits.ts';
import { isLoopbackHost } from './loopback.ts';
import { SMTP_VARIABLES, toOperatorSmtp } from './smtp-config.ts';
import { StartupError } from './startup-error.ts';
import { TRACING_VARIABLES, type TracingConfig, toTracingConfig } from './tracing-config.ts';

const list = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  )
  .pipe(z.array(z.string().max(255)).max(1000));

const flag = z
  .enum(['0', '1', 'true', 'false'])
  .transform((text) => text === '1' || text === 'true');

const KEY_RULE = 'must be 32 bytes in base64 (make one with `openssl rand -base64 32`)';
const key = z
  .base64(KEY_RULE)
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((bytes) => bytes.length === 32, KEY_RULE);

const DAYS_RULE = 'must be a whole number of days from 1 to 365';
const retentionDays = z.coerce
  .number(DAYS_RULE)
  .int(DAYS_RULE)
  .min(1, DAYS_RULE)
  .max(365, DAYS_RULE)
  .default(10);

/** The environment, variable by variable: what each means stands in `docs/configuration.md`. */
const environmentSchema = z.object({
  /** Port to listen on; 0 takes a free one. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  /** Address to listen on. */
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Public base URL of the default tenant; its host is the base host of the others. */
  TESSERA_URL: z
    .url({ protocol: /^https?$/ })
    .refine((text) => (URL.parse(text)?.pathname ?? '/') === '/', 'it must have no path')
    .optional(),
  /** Embedded database, master key, local CA. */
  TESSERA_DATA_DIR: z.string().min(1).default('./data'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Master key that encrypts secrets at rest. */
  TESSERA_SECRET_KEY: key.optional(),
  TESSERA_TLS: z.enum(['off', 'auto']).default('off'),
  TESSERA_TLS_CERT: z.string().optional(),
  TESSERA_TLS_KEY: z.string().optional(),
  /** Addresses or CIDR ranges whose forwarded headers are believed. */
  TESSERA_TRUST_PROXY: list.default([]),
  /** Addresses or CIDR ranges that the risk assessment of logins does not trust. */
  TESSERA_UNTRUSTED_ADDRESSES: list.default([]),
  TESSERA_BOOTSTRAP_CLIENT_ID: z
    .string()
    .regex(/^[A-Za-z0-9_-]{8,64}$/)
    .optional(),
  TESSERA_BOOTSTRAP_CLIENT_SECRET: z.string().min(16).max(256).optional(),
  TESSERA_SANDBOX: z.enum(['auto', 'namespaces', 'landlock', 'process']).default('auto'),
  TESSERA_EGRESS_ALLOW: list.default([]),
  TESSERA_EGRESS_DENY: list.default([]),
  /** The server's limits of Actions, `name=number` each; tenants may have their own. */
  TESSERA_ACTION_LIMITS: list.default([]),
  TESSERA_NPM_REGISTRY: z.url({ protocol: /^https?$/ }).optional(),
  /** Folder of range files of breached passwords. */
  TESSERA_BREACHED_PASSWORDS: z.string().min(1).optional(),
  TESSERA_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info'),
  /** Days that execution records, entries of the tenant log, and messages of the outbox are kept. */
  TESSERA_EXECUTION_RETENTION_DAYS: retentionDays,
  TESSERA_LOG_RETENTION_DAYS: retentionDays,
  TESSERA_OUTBOX_RETENTION_DAYS: retentionDays,
  /** Allows unsafe combinations; for development and tests. */
  TESSERA_DEV: flag.default(false),
  ...SMTP_VARIABLES,
  ...TRACING_VARIABLES,
});

/** Where TLS comes from. */
export type TlsConfig =
  | { readonly kind: 'off' }
  | { readonly kind: 'auto' }
  | { readonly kind: 'files'; readonly certFile: string; readonly keyFile: string };

/** The whole configuration, read once. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Undefined: `http(s)://localhost:<port>`, known once the port is. */
  readonly url: string | undefined;
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly secretKey: Buffer | undefined;
  readonly tls: TlsConfig;
  readonly trustProxy: readonly string[];
  /** Addresses and ranges that the risk assessment of logins does not trust. */
  readonly untrustedAddresses: readonly string[];
  readonly bootstrapClient:
    | { readonly clientId: string; readonly clientSecret: string }
    | undefined;
  readonly sandbox: 'auto' | 'namespaces' | 'landlock' | 'process';
  readonly egress: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  /** Limits of Actions where a tenant has none of its own. */
  readonly actionLimits: ActionLimits;
  readonly npmRegistry: string | undefined;
  /** Folder of range files of breached passwords. Undefined: none are known. */
  readonly breachedPasswords: string | undefined;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly executionRetentionDays: number;
  readonly logRetentionDays: number;
  readonly outboxRetentionDays: number;
  /** The operator's mail server. Undefined: tenants without one of their own keep their messages. */
  readonly smtp: OperatorSmtp | undefined;
  /** Undefined: nothing is traced. */
  readonly tracing: TracingConfig | undefined;
  readonly dev: boolean;
  /** Names of `TESSERA_…` variables that are set and mean nothing here. */
  readonly unknownVariables: readonly string[];
  /** How npm is set up on this machine: Actions' dependencies come from there. */
  readonly npm: NpmConfig;
  /** Where the sandbox looks for programs. */
  readonly searchPath: string | undefined;
}

/**
 * Parses the configuration. Malformed values and unsafe combinations throw a `StartupError` that names the variable and the remedy; values are never repeated, since
 * some are secrets.
 */
export function parseConfig(env: NodeJS.ProcessEnv): Config {
  const parsed = environmentSchema.safeParse(env);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new StartupError(
      `${String(issue?.path[0])} is not valid: ${issue?.message}. See docs/configuration.md.`,
    );
  }
  const values = parsed.data;
  const config: Config = Object.freeze({
    port: values.PORT,
    host: values.HOST,
    url: values.TESSERA_URL?.replace(/\/+$/, ''),
    dataDir: resolve(values.TESSERA_DATA_DIR),
    databaseUrl: values.DATABASE_URL,
    secretKey: values.TESSERA_SECRET_KEY,
    tls: tlsConfig(values),
    trustProxy: readAddresses('TESSERA_TRUST_PROXY', values.TESSERA_TRUST_PROXY),
    untrustedAddresses: readAddresses(
      'TESSERA_UNTRUSTED_ADDRESSES',
      values.TESSERA_UNTRUSTED_ADDRESSES,
    ),
    bootstrapClient: bootstrapClient(values),
    sandbox: values.TESSERA_SANDBOX,
    egress: {
      allow: readRules('TESSERA_EGRESS_ALLOW', values.TESSERA_EGRESS_ALLOW),
      deny: readRules('TESSERA_EGRESS_DENY', values.TESSERA_EGRESS_DENY),
    },
    actionLimits: parseActionLimits(values.TESSERA_ACTION_LIMITS),
    breachedPasswords: values.TESSERA_BREACHED_PASSWORDS,
    npmRegistry: values.TESSERA_NPM_REGISTRY,
    logLevel: values.TESSERA_LOG_LEVEL,
    executionRetentionDays: values.TESSERA_EXECUTION_RETENTION_DAYS,
    logRetentionDays: values.TESSERA_LOG_RETENTION_DAYS,
    outboxRetentionDays: values.TESSERA_OUTBOX_RETENTION_DAYS,
    smtp: toOperatorSmtp(values, values.TESSERA_URL),
    tracing: toTracingConfig(values),
    dev: values.TESSERA_DEV,
    unknownVariables: unknownVariables(env),
    npm: readNpmConfig(env, homedir()),
    searchPath: env.PATH,
  });
  refuseUnsafe(config);
  return config;
}

/** Reads the configuration of this process. */
export function readConfig(): Config {
  return parseConfig(process.env);
}

/** Variables that the tests read. */
const FOREIGN = new Set(['TESSERA_TEST_BROWSER']);

/** `TESSERA_…` variables that nothing reads: most likely misspelt, so the start says so. */
function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(Object.keys(environmentSchema.shape));
  return Object.keys(env).filter(
    (name) => name.startsWith('TESSERA_') && !known.has(name) && !FOREIGN.has(name),
  );
}

/** Rules as they are; the first that cannot be read ends the start. */
function readRules(variable: string, rules: readonly string[]): readonly string[] {
  for (const rule of rules) {
    const fault = describeEgressRuleFault(rule);
    if (fault !== undefined)
      throw new StartupError(`${variable} is not valid: ${fault} See docs/configuration.md.`);
  }
  return rules;
}

/** Addresses and ranges as they are; the first that is none ends the start. */
function readAddresses(variable: string, entries: readonly string[]): readonly string[] {
  for (const entry of entries) {
    const [address = '', prefix, ...rest] = entry.split('/');
    const version = isIP(address);
    const isPrefix =
      prefix === undefined ||
      (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 6 ? 128 : 32));
    if (version !== 0 && isPrefix && rest.length === 0) continue;
    throw new StartupError(
      `${variable} is not valid: "${entry}" is neither an address nor a range of addresses. Example: ${variable}=10.0.0.0/8,192.0.2.7. See docs/configuration.md.`,
    );
  }
  return entries;
}

type Environment = z.infer<typeof environmentSchema>;

function tlsConfig(values: Environment): TlsConfig {
  const { TESSERA_TLS_CERT: certFile, TESSERA_TLS_KEY: keyFile } = values;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new StartupError(
      'TESSERA_TLS_CERT and TESSERA_TLS_KEY belong together: set both, or neither.',
    );
  }
  if (certFile !== undefined && keyFile !== undefined) return { kind: 'files', certFile, keyFile };
  return { kind: values.TESSERA_TLS };
}

function bootstrapClient(values: Environment): Config['bootstrapClient'] {
  const { TESSERA_BOOTSTRAP_CLIENT_ID: clientId, TESSERA_BOOTSTRAP_CLIENT_SECRET: clientSecret } =
    values;
  if ((clientId === undefined) !== (clientSecret === undefined)) {
    throw new StartupError(
      'TESSERA_BOOTSTRAP_CLIENT_ID and TESSERA_BOOTSTRAP_CLIENT_SECRET belong together: set both, or neither.',
    );
  }
  return clientId !== undefined && clientSecret !== undefined
    ? { clientId, clientSecret }
    : undefined;
}

/** Combinations that would expose people's passwords or everyone's data, each with its remedy. */
function refuseUnsafe(config: Config): void {
  if (config.databaseUrl !== undefined && config.secretKey === undefined) {
    throw new StartupError(
      'DATABASE_URL is set without TESSERA_SECRET_KEY: replicas that share a database must share the key that encrypts its secrets. Set TESSERA_SECRET_KEY (32 bytes in base64, `openssl rand -base64 32`).',
    );
  }
  if (config.dev) return;
  const url = config.url === undefined ? undefined : new URL(config.url);
  const isPublic = url !== undefined && !isLoopbackHost(url.hostname);
  const protectedHop = config.tls.kind !== 'off' || config.trustProxy.length > 0;
  if (isPublic && url.protocol === 'http:') {
    throw new StartupError(
      `TESSERA_URL (${url.origin}) is public but not https: passwords would cross the network in the clear. Use an https URL with TESSERA_TLS_CERT and TESSERA_TLS_KEY, or behind a proxy named in TESSERA_TRUST_PROXY.`,
    );
  }
  if (isPublic && !protectedHop) {
    throw new StartupError(
      `TESSERA_URL (${url.origin}) is https, but nothing here ends TLS. Set TESSERA_TLS_CERT and TESSERA_TLS_KEY, or name your proxy in TESSERA_TRUST_PROXY.`,
    );
  }
  if (isIP(config.host) !== 0 && !isLoopbackHost(config.host) && !protectedHop) {
    throw new StartupError(
      `HOST (${config.host}) listens beyond this machine without TLS. Set TESSERA_TLS=auto or TESSERA_TLS_CERT and TESSERA_TLS_KEY, name your proxy in TESSERA_TRUST_PROXY, or listen on 127.0.0.1.`,
    );
  }
}
