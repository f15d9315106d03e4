import type { Logger } from '@tessera/model';

const ignore = () => undefined;

/** A logger for tests that do not look at the log. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
