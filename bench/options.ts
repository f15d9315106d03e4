import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Options {
  /** Benchmarks to run, in this order; empty: all. */
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly profile: boolean;
  /** Print the stored results as Markdown instead of measuring. */
  readonly report: boolean;
  /** CPU profile to summarise instead of measuring. */
  readonly profileFile?: string;
  /** With `report`: put the tables into `docs/performance.md`. */
  readonly write: boolean;
}

export const USAGE = `npm run bench                     runs every benchmark
npm run bench -- chain tokens     runs some
npm run bench -- --quick          shorter rounds, for a look while working
npm run bench -- --profile        also writes CPU profiles of the subject to .cache/profiles
npm run bench -- read <profile>   tells where the time of a profile went
npm run bench -- report           prints the last results as Markdown
npm run bench -- report --write   puts them into docs/performance.md
`;

/** Throws an `Error` with a message for the person at the terminal. */
export function parseOptions(args: readonly string[], known: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  const [verb, file] = positionals;
  if (verb === 'read' && file === undefined) throw new Error('read needs the path of a profile');
  const report = verb === 'report';
  const reading = verb === 'read' && file !== undefined ? { profileFile: file } : {};
  const names = report || verb === 'read' ? [] : positionals;
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`no benchmark is called ${unknown.join(', ')}; there are ${known.join(', ')}`);
  }
  return { names, report, ...reading, ...values };
}
