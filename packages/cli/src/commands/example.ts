import { CliError } from '../cli-error.ts';
import { enrichToken } from '../example/enrich-token.ts';
import type { Command } from './command.ts';

/** Runs one of the examples against the running server, and cleans up after it. */
export const example: Command = {
  usage: 'enrich-token',
  summary: 'log in without and with an Action, and show what it adds to the tokens',
  async run({ args, settings, print }) {
    const [name] = args;
    if (name !== 'enrich-token') {
      throw new CliError('name the example to run: `tessera example enrich-token`.');
    }
    await enrichToken(settings, print);
    return 0;
  },
};
