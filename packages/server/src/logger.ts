import type { Logger } from '@tessera/model';
import { pino } from 'pino';

/**
 * Members that never reach the log, wherever they stand in what is logged. Nothing should put them
 * there; this is the second wall.
 */
const SECRET_MEMBERS = [
  'password',
  'client_secret',
  'clientSecret',
  'access_token',
  'refresh_token',
  'id_token',
  'code_verifier',
  'authorization',
  'cookie',
  'secrets',
  'privateJwk',
];

/** The process's log: JSON lines on standard error, at the configured level. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: SECRET_MEMBERS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[redacted]',
      },
    },
    pino.destination({ fd: 2, sync: false }),
  );
}
