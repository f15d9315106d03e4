import type { ActionResult } from '@tessera/model';
import { toStorableText } from '../json/storable-text.ts';
import { TEXT_MAX_CHARACTERS } from '../limits.ts';
import { unreachable } from '../unreachable.ts';

type BrokenResult = Extract<ActionResult, { readonly kind: 'failed' | 'limit-exceeded' }>;

/** What the public message of a failure is made with. */
export interface FailureContext {
  readonly timeoutMs: number;
  /** Values that must not appear. */
  readonly secrets: readonly string[];
}

/**
 * The message that the application or the form shows: one line, for control characters would break
 * headers and pages, and without secrets.
 */
export function describeFailure(result: BrokenResult, context: FailureContext): string {
  if (result.kind === 'limit-exceeded') return describeLimit(result, context.timeoutMs);
  const masked = maskSecrets(result.error.message, context.secrets);
  const line = toStorableText(masked)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  return line === '' ? `Action "${result.actionName}" failed` : line.slice(0, TEXT_MAX_CHARACTERS);
}

function describeLimit(
  { actionName, limit }: Extract<BrokenResult, { readonly kind: 'limit-exceeded' }>,
  timeoutMs: number,
): string {
  switch (limit) {
    case 'time':
      return `Action "${actionName}" was still running after the ${timeoutMs} ms that all actions have together`;
    case 'memory':
      return `Action "${actionName}" ran out of memory`;
    case 'output':
      return `Action "${actionName}" produced more output than it may`;
    case 'process':
      return `Action "${actionName}" ended its process`;
    default:
      return unreachable(limit);
  }
}

/** Shorter values are words that stand in any text; masking them would say what they are. */
const MASKED_SECRET_MIN_CHARACTERS = 4;

/** The text with every secret in it replaced. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  // Longest first: a secret that contains another would otherwise leave its ends behind.
  return [...secrets]
    .filter((secret) => secret.length >= MASKED_SECRET_MIN_CHARACTERS)
    .sort((first, second) => second.length - first.length)
    .reduce((masked, secret) => masked.replaceAll(secret, () => '***'), text);
}
