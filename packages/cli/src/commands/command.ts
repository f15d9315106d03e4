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
  /** What `--help` adds: arguments, and what the command does. */
  readonly help?: readonly string[];
  /**
   * Resolves with the exit code; a `CliError` ends it with its sentence and 1, a `UsageError`, for
   * arguments that are not understood, with 2.
   */
  run(context: CommandContext): Promise<number>;
}
