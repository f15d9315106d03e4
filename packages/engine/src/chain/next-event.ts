import type { JsonObject } from '@tessera/model';
import type { TriggerCommand } from '../commands/trigger-command.ts';
import { cloneJsonObject, type MutableJsonObject } from '../json/clone-json.ts';
import { applyToEvent, changesEvent } from './apply-to-event.ts';
import { createOwnEvent } from './own-event.ts';

/** The event as the next action of the run gets it. No action has a hold of it. */
export class NextEvent {
  #event: JsonObject;
  /** The copy that changes are made in; most runs change nothing, and need none. */
  #changed: MutableJsonObject | undefined;

  constructor(event: JsonObject) {
    this.#event = event;
  }

  get current(): JsonObject {
    return this.#event;
  }

  apply(command: TriggerCommand, nowMs: () => number): void {
    if (!changesEvent(command, this.#event)) return;
    this.#changed ??= cloneJsonObject(this.#event);
    this.#event = this.#changed;
    applyToEvent(this.#changed, command, nowMs);
  }

  /** A deep copy for one action. What it is copied from is never changed again. */
  copy(): MutableJsonObject {
    this.#changed = undefined;
    return createOwnEvent(this.#event);
  }
}
