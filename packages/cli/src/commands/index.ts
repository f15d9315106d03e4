import type { Command } from './command.ts';
import { doctor } from './doctor.ts';
import { example } from './example.ts';
import { logs } from './logs.ts';

/** Every command, by name. */
export const COMMANDS: Readonly<Record<string, Command>> = { doctor, example, logs };
