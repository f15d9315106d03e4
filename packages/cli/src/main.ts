import { CliError } from './cli-error.ts';
import { COMMANDS } from './commands/index.ts';
import { readSettings } from './settings.ts';

/** Runs the command that the arguments name; returns the exit code. */
async function main([name = 'help', ...args]: readonly string[]): Promise<number> {
  const print = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  if (name === 'help' || name === '--help' || name === '-h') {
    print('tessera <command>\n');
    for (const [command, { usage, summary }] of Object.entries(COMMANDS)) {
      print(`  ${`${command} ${usage}`.padEnd(28)} ${summary}`);
    }
    print(
      '\nThe server is found by TESSERA_URL or PORT; credentials come from the data directory (TESSERA_DATA_DIR).',
    );
    return 0;
  }
  const command = COMMANDS[name];
  if (command === undefined) {
    throw new CliError(`there is no command "${name}". \`tessera help\` lists them.`);
  }
  return await command.run({ args, settings: readSettings(), print });
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
    const text =
      error instanceof CliError
        ? error.message
        : error instanceof Error
          ? error.stack
          : String(error);
    process.stderr.write(`tessera: ${text}\n`);
    process.exitCode = 1;
  },
);
