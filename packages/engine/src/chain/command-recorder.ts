import type { ConsoleLine, RecordedCommand } from '@tessera/model';
import { type CommandBudgets, takeFromBudgets } from '../commands/command-budgets.ts';
import { isStopping } from '../commands/stopping-command.ts';
import type { TriggerCommand } from '../commands/trigger-command.ts';
import type { MutableJsonObject } from '../json/clone-json.ts';
import { COMMANDS_MAX_PER_ACTION, LATE_CALL_LINES_MAX } from '../limits.ts';
import { applyToEvent } from './apply-to-event.ts';
import type { NextEvent } from './next-event.ts';

/** What a recorder writes to, besides its own lists. */
export interface RecorderTargets {
  /** The event that later actions get. */
  readonly nextEvent: NextEvent;
  /** The running action's own copy. */
  readonly ownEvent: MutableJsonObject;
  readonly budgets: CommandBudgets;
  nowMs(): number;
}

/**
 * Notes what one action asks for, until its handler settles. Afterwards it takes nothing more: what
 * is left running must not reach into the rest of the run.
 */
export class CommandRecorder {
  readonly #targets: RecorderTargets;
  readonly #commands: RecordedCommand[] = [];
  readonly #lines: ConsoleLine[] = [];
  #isClosed = false;
  #lateCalls = 0;
  #isStopping = false;
  readonly #warned = new Set<string>();

  constructor(targets: RecorderTargets) {
    this.#targets = targets;
  }

  get commands(): readonly RecordedCommand[] {
    return this.#commands;
  }

  /** Warnings of the platform about this action. Grows while the chain runs. */
  get lines(): readonly ConsoleLine[] {
    return this.#lines;
  }

  /** Whether the action asked for something after which no later action runs. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** True while the handler runs. Otherwise the call is to do nothing, and is noted. */
  isOpen(method: string): boolean {
    if (!this.#isClosed) return true;
    this.#lateCalls += 1;
    if (this.#lateCalls <= LATE_CALL_LINES_MAX) {
      this.warn(`api.${method} was called after the handler had finished; the call was ignored`);
    }
    return false;
  }

  record(command: TriggerCommand): void {
    if (this.#commands.length >= COMMANDS_MAX_PER_ACTION) {
      throw new Error(`api.${command.method}: more than ${COMMANDS_MAX_PER_ACTION} calls`);
    }
    const passedLimit = takeFromBudgets(this.#targets.budgets, command);
    if (passedLimit !== undefined) throw new Error(`api.${command.method}: ${passedLimit}`);
    // Every method reads its arguments as JSON; their types say what kind of it.
    this.#commands.push(command as unknown as RecordedCommand);
    if (isStopping(command)) this.#isStopping = true;
    const nowMs = () => this.#targets.nowMs();
    this.#targets.nextEvent.apply(command, nowMs);
    // Metadata of the user changes for later actions only, the transaction's for this one too.
    if (command.method.startsWith('transaction.')) {
      applyToEvent(this.#targets.ownEvent, command, nowMs);
    }
  }

  /** A warning that one action gets once, however often it does what it is warned about. */
  warnOnce(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.warn(message);
  }

  warn(message: string): void {
    const time = new Date(this.#targets.nowMs()).toISOString();
    this.#lines.push({ level: 'warn', time, message });
  }

  /** The handler has settled. */
  close(): void {
    this.#isClosed = true;
  }
}
