import { inspect } from 'node:util';
import type { GuestError } from '@tessera/model';
import { explainRefusals } from './explain-refusals.ts';
import { maskSecrets } from './mask-secrets.ts';

const MAX_NAME = 128;
const MAX_MESSAGE = 4_096;
const MAX_STACK = 16_384;
/** `fetch` and many clients hide the reason in a cause, sometimes of a cause. */
const MAX_CAUSES = 4;

/** Describes whatever an author threw. Never throws, also for objects whose members do. */
export function describeError(error: unknown, secretValues: readonly string[]): GuestError {
  const clean = (text: string, max: number) =>
    maskSecrets(explainRefusals(text, readResource(error)), secretValues).slice(0, max);
  try {
    if (!(error instanceof Error)) {
      const message = typeof error === 'string' ? error : readForeignMessage(error);
      return { name: 'Error', message: clean(message, MAX_MESSAGE) };
    }
    return {
      name: clean(String(error.name), MAX_NAME),
      message: clean(String(error.message), MAX_MESSAGE),
      stack: clean(describeStack(error), MAX_STACK),
    };
  } catch {
    return { name: 'Error', message: 'The action threw a value that cannot be described.' };
  }
}

/** What Node's permission model refused: a path, a program. */
function readResource(error: unknown): string | undefined {
  const { resource } = (error ?? {}) as { readonly resource?: unknown };
  return typeof resource === 'string' ? resource : undefined;
}

function readForeignMessage(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'message' in error)
    return String(error.message);
  return inspect(error, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
}

function describeStack(error: Error): string {
  let text = String(error.stack ?? `${error.name}: ${error.message}`);
  let cause: unknown = error.cause;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth += 1) {
    text += `\n  [cause]: ${String(cause.stack ?? cause)}`;
    cause = cause.cause;
  }
  return text;
}
