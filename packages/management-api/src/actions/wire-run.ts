import type { ActionResult } from '@tessera/model';

/** Milliseconds as they are told: what is measured is no finer than a tenth. */
export const roundToTenth = (ms: number): number => Math.round(ms * 10) / 10;

/** What an Action said, reached and asked for, as drafts' tests and execution records tell it. */
export const toWireRun = ({ logs, requests, commands }: ActionResult) => ({
  logs: logs.map(({ level, time, message }) => ({ level, time, message })),
  requests: requests.map((request) => ({
    ...(request.method === undefined ? {} : { method: request.method }),
    host: request.host,
    port: request.port,
    ...(request.status === undefined ? {} : { status: request.status }),
    duration_ms: roundToTenth(request.durationMs),
    bytes_sent: request.bytesSent,
    bytes_received: request.bytesReceived,
    ...(request.error === undefined ? {} : { error: request.error }),
  })),
  commands: commands.map(({ method, args }) => ({ method, args: [...args] })),
});
