import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './cli-error.ts';

/**
 * Reads the arguments of a command: only options that it has, and as many other arguments as it takes.
 *
 * @throws UsageError that names what was not understood, and how the command is used.
 */
export function readArguments<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  command: {
    /** The command with its arguments, e.g. `tessera doctor [--tenant <name>]`. */
    readonly usage: string;
    readonly options: Options;
    readonly maxPositionals?: number;
  },
) {
  const { usage, options, maxPositionals = 0 } = command;
  try {
    const read = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    const [surplus] = read.positionals.slice(maxPositionals);
    if (surplus === undefined) return read;
    throw new UsageError(`"${surplus}" is not understood. Usage: ${usage}`);
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const [reason = ''] = (cause instanceof Error ? cause.message : String(cause)).split('. ');
    throw new UsageError(`${reason.replace(/\.$/, '')}. Usage: ${usage}`, { cause });
  }
}
