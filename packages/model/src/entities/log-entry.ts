import type { JsonObject } from '../json.ts';

/** An entry of the tenant log. `type` is a code of `contract/logs-schema.json`, e.g. `s`, `fp`, `seccft`. */
export interface LogEntry {
  /** `900`, 17 digits of UTC time (`YYYYMMDDhhmmssSSS`) and 36 random digits: sorts by time. */
  readonly logId: string;
  readonly date: Date;
  readonly type: string;
  readonly description?: string;
  readonly clientId?: string;
  readonly clientName?: string;
  readonly connection?: string;
  readonly connectionId?: string;
  readonly ip?: string;
  readonly userAgent?: string;
  readonly hostname?: string;
  readonly userId?: string;
  readonly userName?: string;
  readonly audience?: string;
  readonly scope?: string;
  readonly strategy?: string;
  readonly strategyType?: string;
  /** `details.actions.executions` lists the ids of the executions of the flow. */
  readonly details?: JsonObject;
}
/** Input of `LogRepository.append`; the repository adds `logId`. */
export type NewLogEntry = Omit<LogEntry, 'logId'>;
