import { randomInt } from 'node:crypto';

/** Gives ids of log entries. */
export type LogIdSource = () => string;

const RANDOM_DIGITS = 36;
/** `randomInt` ends at 2^48: 12 digits per call. */
const DIGITS_PER_CALL = 12;
/** The first digit stays below 9, so that counting up within a millisecond never overflows. */
const LIMIT = 9n * 10n ** BigInt(RANDOM_DIGITS - 1);
/** Steps within a millisecond are random too: ids do not tell how many there were. */
const MAX_STEP = 2 ** 40;

/**
 * Ids are `900`, 17 digits of UTC time and 36 random digits. Those of one process sort in the order they were
 * given, also within a millisecond and when the clock is set back; those of several replicas by their clocks.
 */
export function createLogIdSource(now: () => Date = () => new Date()): LogIdSource {
  let lastTime = '';
  let lastRandom = 0n;
  return () => {
    const time = now().toISOString().replaceAll(/\D/g, '');
    if (time > lastTime) {
      lastTime = time;
      lastRandom = randomNumber();
    } else {
      lastRandom += BigInt(randomInt(1, MAX_STEP));
    }
    return `900${lastTime}${String(lastRandom).padStart(RANDOM_DIGITS, '0')}`;
  };
}

function randomNumber(): bigint {
  let digits = '';
  while (digits.length < RANDOM_DIGITS) {
    digits += String(randomInt(10 ** DIGITS_PER_CALL)).padStart(DIGITS_PER_CALL, '0');
  }
  return BigInt(digits) % LIMIT;
}
