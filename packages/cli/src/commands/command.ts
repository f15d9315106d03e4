import type { Settings } from '../settings.ts';

/** What a command is given. */
interface CommandContext {
  readonly args: readonly string[];
  readonly settings: Settings;
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
}

/** A command of the command line. */
export interface Command {
  /** Arguments as help shows them. */
  readonly usage: string;
  readonly summary: string;
  /** Resolves with the exit code; a `CliError` ends it with its sentence and 1. */
  run(context: CommandContext): Promise<number>;
}
