import { TENANT_LIMIT_NAMES, TENANT_LIMITS } from '@tessera/api-contract';
import { CliError } from '../cli-error.ts';
import { type Connection, connect } from '../connect.ts';
import { getTenant } from '../platform-client.ts';
import { readArguments } from '../read-arguments.ts';
import type { Settings } from '../settings.ts';
import type { Command } from './command.ts';

interface Limit {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly meaning: string;
  readonly perTenant?: string;
}

/** What `/readyz` tells a caller on the same machine. */
interface Readiness {
  readonly status: string;
  readonly failures: readonly string[];
  readonly node?: string;
  readonly database?: { readonly version: string; readonly embedded: boolean };
  readonly sandbox?: {
    readonly level: string;
    readonly layers: readonly string[];
    readonly missing: readonly {
      readonly level: string;
      readonly reason: string;
      readonly remedy: string;
    }[];
    readonly limits: readonly Limit[];
  };
}

type Print = (line: string) => void;

const USAGE = '[--tenant <name>]';
/** Columns of the first words of a line. */
const INDENT = ' '.repeat(12);

/** Says whether the running server is well, which isolation Actions run in, and what bounds them. */
export const doctor: Command = {
  usage: USAGE,
  summary: 'is the server well, how are Actions isolated, and what bounds them?',
  help: [
    'Without arguments: the server, Node, PostgreSQL, the level of the sandbox with what would make it',
    'stronger, and every limit. Run it on the machine of the server. Exit code 1: the server is not well.',
    '',
    '--tenant <name>   the limits and egress rules that are in force for one tenant',
  ],
  async run({ args, settings, print }) {
    const { values } = readArguments(args, {
      usage: `tessera doctor ${USAGE}`,
      options: { tenant: { type: 'string' } },
    });
    const connection = connect(settings);
    if (values.tenant !== undefined) {
      await printTenant(values.tenant, { settings, connection, print });
      return 0;
    }
    const readiness = await readReadiness(settings, connection);
    printServer(readiness, settings, print);
    return readiness.status === 'ready' ? 0 : 1;
  },
};

async function readReadiness(settings: Settings, connection: Connection): Promise<Readiness> {
  const answer = await connection.fetch(`${settings.url}/readyz`);
  try {
    const readiness = (await answer.json()) as Readiness;
    if (Array.isArray(readiness.failures)) return readiness;
  } catch {
    // Not our JSON: told below, with what to do.
  }
  throw new CliError(
    `what answers at ${settings.url} is no Tessera server (status ${answer.status}), or it is still starting. Set TESSERA_URL to where it is.`,
  );
}

function printServer(readiness: Readiness, settings: Settings, print: Print): void {
  print(`server      ${settings.url}: ${readiness.status}`);
  for (const failure of readiness.failures) print(`${INDENT}${failure} does not answer`);
  const { node, database, sandbox } = readiness;
  if (node !== undefined) print(`node        ${node}`);
  if (database !== undefined) {
    print(`postgresql  ${database.version} (${database.embedded ? 'embedded' : 'DATABASE_URL'})`);
  }
  if (sandbox === undefined) {
    print("sandbox     details are told on the server's own machine only");
    return;
  }
  print(`sandbox     level in force: ${sandbox.level}`);
  for (const layer of sandbox.layers) print(`${INDENT}- ${layer}`);
  for (const { level, reason, remedy } of sandbox.missing) {
    print(`${INDENT}stronger: ${level} is not available: ${reason} ${remedy}`);
  }
  print('\nLimits, with the name under which a tenant may have its own:');
  for (const { name, value, unit, meaning, perTenant } of sandbox.limits) {
    const own = perTenant === undefined ? '' : ` [${perTenant}]`;
    print(`  ${name.padEnd(22)} ${describeValue(value, unit).padStart(18)}  ${meaning}${own}`);
  }
}

async function printTenant(
  name: string,
  to: { readonly settings: Settings; readonly connection: Connection; readonly print: Print },
): Promise<void> {
  const { print } = to;
  const tenant = await getTenant(name, to);
  print(`tenant      ${tenant.name} (${tenant.domain})`);
  print('\nLimits in force:');
  for (const limit of TENANT_LIMIT_NAMES) {
    const { unit, meaning } = TENANT_LIMITS[limit];
    const value = describeValue(tenant.effective_limits[limit] ?? 0, unit);
    const origin = limit in tenant.limits ? "the tenant's own" : "the server's";
    print(`  ${limit.padEnd(22)} ${value.padStart(18)}  ${origin.padEnd(16)}  ${meaning}`);
  }
  print("\nEgress rules of the tenant, besides the operator's for all tenants:");
  for (const list of ['allow', 'deny'] as const) {
    const rules = tenant.egress[list];
    print(`  ${list.padEnd(6)} ${rules.length === 0 ? 'none' : rules.join(', ')}`);
  }
}

function describeValue(value: number, unit: string): string {
  const text = value.toLocaleString('en');
  return unit === 'count' ? text : `${text} ${unit}`;
}
