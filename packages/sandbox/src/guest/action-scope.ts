import { AsyncLocalStorage } from 'node:async_hooks';
import type { ConsoleLine } from '@tessera/model';
import type { WireOutboundRequest } from '../protocol.ts';
import type { RunJournal } from './journal.ts';

/** What one action does while its handler runs. Everything asynchronous that it starts carries it along. */
export interface ActionScope {
  readonly run: number;
  /** Place of the action in the run. */
  readonly place: number;
  /** Set when the action has rules for egress of its own: they hold for what it leaves running, too. */
  readonly version?: string;
  readonly journal: RunJournal;
  /** Values that must not appear in logs and errors, longest first. */
  readonly secretValues: readonly string[];
  readonly logs: ConsoleLine[];
  /** Written to until the scope closes, so that a response may still add its status. */
  readonly requests: WireOutboundRequest[];
  consoleBytes: number;
  /** HTTP requests whose end is not known yet. */
  openRequests: number;
  /** Called when the last of them has ended. */
  onIdle?: () => void;
  /** Work left running after the handler settled finds the scope closed and leaves no trace in it. */
  isClosed: boolean;
  /** Ends the action with an error that no handler caught. */
  fail(error: unknown): void;
}

const storage = new AsyncLocalStorage<ActionScope>();

export const runInScope = storage.run.bind(storage) as <T>(scope: ActionScope, body: () => T) => T;
const getStore = storage.getStore.bind(storage);

/** The scope that the running code belongs to, also after its handler has settled. */
export const findScope = getStore;

/** The scope that the running code belongs to, unless its handler has settled. */
export function findOpenScope(): ActionScope | undefined {
  const scope = getStore();
  return scope === undefined || scope.isClosed ? undefined : scope;
}
