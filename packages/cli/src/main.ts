import { readFileSync } from 'node:fs';
import { CliError, UsageError } from './cli-error.ts';
import type { Command } from './commands/command.ts';
import { COMMANDS } from './commands/index.ts';
import { readSettings } from './settings.ts';

const HELP = new Set(['help', '--help', '-h']);
const VERSION = new Set(['version', '--version', '-v']);

type Print = (line: string) => void;

/** Runs the command that the arguments name; returns the exit code. */
async function main([name = 'help', ...args]: readonly string[]): Promise<number> {
  const print: Print = (line) => {
    process.stdout.write(`${line}\n`);
  };
  if (VERSION.has(name)) {
    refuseSurplus(name, args);
    print(readVersion());
    return 0;
  }
  if (HELP.has(name)) {
    const [topic, ...rest] = args;
    refuseSurplus(name, rest);
    if (topic === undefined) printOverview(print);
    else printHelp(topic, findCommand(topic), print);
    return 0;
  }
  const command = findCommand(name);
  if (args.includes('--help') || args.includes('-h')) {
    printHelp(name, command, print);
    return 0;
  }
  return await command.run({ args, settings: readSettings(), print });
}

function findCommand(name: string): Command {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command;
  const what = name.startsWith('-') ? 'option' : 'command';
  throw new UsageError(`there is no ${what} "${name}". \`tessera help\` lists what there is.`);
}

function refuseSurplus(name: string, [surplus]: readonly string[]): void {
  if (surplus !== undefined)
    throw new UsageError(`\`tessera ${name}\` does not understand "${surplus}".`);
}

function printOverview(print: Print): void {
  print('tessera <command>\n');
  for (const [name, { usage, summary }] of Object.entries(COMMANDS)) {
    print(`  ${`${name} ${usage}`.trim().padEnd(28)} ${summary}`);
  }
  print('\n  <command> --help              what a command takes');
  print('  --version                     the version of this command');
  print(
    '\nThe server is found by TESSERA_URL or PORT; credentials come from the data directory (TESSERA_DATA_DIR).',
  );
}

function printHelp(name: string, { usage, summary, help = [] }: Command, print: Print): void {
  print(`tessera ${`${name} ${usage}`.trim()}\n`);
  print(`  ${summary}`);
  if (help.length > 0) print('');
  for (const line of help) print(`  ${line}`);
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(manifest) as { version: string }).version);
}

// `tessera doctor | head -3` closes our output early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? 0 : 1),
);

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isExpected = error instanceof CliError;
    const text = isExpected ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`tessera: ${text}\n`);
    process.exitCode = isExpected ? error.exitCode : 1;
  },
);
