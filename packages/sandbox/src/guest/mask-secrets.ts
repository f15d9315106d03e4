import type { WireAction } from '../protocol.ts';

/** Shorter values would mask half of every text. */
const MIN_SECRET_LENGTH = 4;

/** The values worth masking, longest first, so that a secret containing another is masked whole. */
function listSecretValues(secrets: Readonly<Record<string, string>>): readonly string[] {
  const values: string[] = [];
  for (const name in secrets) {
    const value = secrets[name];
    if (value !== undefined && value.length >= MIN_SECRET_LENGTH) values.push(value);
  }
  return values.length > 1 ? values.sort((a, b) => b.length - a.length) : values;
}

/** Those of an action, and of the modules whose code runs in it. */
export function listActionSecrets({ secrets, modules }: WireAction): readonly string[] {
  const own = listSecretValues(secrets);
  if (modules === undefined) return own;
  return [...own, ...modules.flatMap((module) => listSecretValues(module.secrets))].sort(
    (a, b) => b.length - a.length,
  );
}

export function maskSecrets(text: string, values: readonly string[]): string {
  let masked = text;
  for (const value of values) {
    if (masked.includes(value)) masked = masked.replaceAll(value, '***');
  }
  return masked;
}
