import type { LifetimeEffects } from '@tessera/engine';

/**
 * What Actions asked of a session, or of the refresh tokens of a login. Limits come on top of those of
 * tenant and application: whichever ends first.
 */
export interface AskedLifetime {
  /** Milliseconds since 1970. Nothing moves it back later. */
  readonly expiresAt?: number;
  /** Milliseconds since 1970. Holds until the next use, which asks anew. */
  readonly idleExpiresAt?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What holds after a use, whose Actions asked for `effects`; undefined when nobody asked for anything. */
export function afterUse(
  known: AskedLifetime | undefined,
  effects: LifetimeEffects | undefined,
): AskedLifetime | undefined {
  const ends = [known?.expiresAt, effects?.expiresAt].filter((end) => end !== undefined);
  const metadata = effects?.metadata ?? known?.metadata;
  const idleExpiresAt = effects?.idleExpiresAt;
  const asked: AskedLifetime = {
    ...(ends.length === 0 ? {} : { expiresAt: Math.min(...ends) }),
    ...(idleExpiresAt === undefined ? {} : { idleExpiresAt }),
    ...(metadata === undefined || Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
  return Object.keys(asked).length === 0 ? undefined : asked;
}

/** When it ends at the latest, milliseconds since 1970; `Infinity` when no Action set an end. */
function endOf(asked: AskedLifetime | undefined): number {
  return Math.min(asked?.expiresAt ?? Infinity, asked?.idleExpiresAt ?? Infinity);
}

export function isOver(asked: AskedLifetime | undefined, now: Date): boolean {
  return endOf(asked) <= now.getTime();
}

/** Seconds from `now` to the end, at most `seconds`, the lifetime without Actions. */
export function shorten(seconds: number, asked: AskedLifetime | undefined, now: Date): number {
  return Math.min(seconds, (endOf(asked) - now.getTime()) / 1000);
}
