import { UsageError } from '../cli-error.ts';
import { enrichToken } from '../example/enrich-token.ts';
import { readArguments } from '../read-arguments.ts';
import type { Command } from './command.ts';

/** Runs one of the examples against the running server, and cleans up after it. */
export const example: Command = {
  usage: 'enrich-token',
  summary: 'log in without and with an Action, and show what it adds to the tokens',
  async run({ args, settings, print }) {
    const usage = 'tessera example enrich-token';
    const { positionals } = readArguments(args, { usage, options: {}, maxPositionals: 1 });
    const [name] = positionals;
    if (name !== 'enrich-token') {
      const reason =
        name === undefined ? 'name the example to run' : `there is no example "${name}"`;
      throw new UsageError(`${reason}. Usage: ${usage}`);
    }
    await enrichToken(settings, print);
    return 0;
  },
};
