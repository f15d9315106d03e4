import type { Clock } from './ports/platform.ts';

/** The time `seconds` from now: when what is made now ends. */
export function inSeconds(clock: Clock, seconds: number): Date {
  return new Date(clock.now().getTime() + seconds * 1000);
}
