import { createHash } from 'node:crypto';
import {
  answerHostCall,
  createActionCache,
  overlayEvent,
  SAMPLE_EVENTS,
  toRunnableContent,
} from '@tessera/engine';
import type {
  Action,
  ActionResult,
  ActionRunner,
  Clock,
  JsonObject,
  RunReport,
  Tenant,
  TenantStore,
} from '@tessera/model';
import { WireError } from '../http/wire-error.ts';
import { getAction } from './action-authoring.ts';
import { roundToTenth, toWireRun } from './wire-run.ts';

export interface TestServices {
  readonly runner: ActionRunner;
  readonly clock: Clock;
}

/**
 * Runs the built draft of an action once, in the sandbox, on the sample event of its trigger with
 * `event` laid over it. Nothing is applied, recorded, or seen by what serves traffic: the draft even
 * has a cache of its own. How the action ends is data; only a draft that cannot run rejects.
 */
export async function testAction(
  { runner, clock }: TestServices,
  request: {
    readonly store: TenantStore;
    readonly tenant: Tenant;
    readonly id: string;
    readonly event: JsonObject;
  },
): Promise<object> {
  const { store, tenant } = request;
  const action = await getAction(store, request.id);
  const triggerId = action.supportedTriggers[0]?.id ?? '';
  const event = overlayEvent(sampleEventOf(triggerId), request.event);
  const cache = createActionCache(clock);
  const scope = { tenantId: tenant.id, triggerId };
  const report = await runner.run({
    tenantId: tenant.id,
    triggerId,
    firstHandler: 'execute',
    actions: [toRunnable(action)],
    event,
    canRedirect: true,
    timeoutMs: tenant.settings.actionTimeoutMs,
    onHostCall: (method, args) => answerHostCall({ cache, scope, store, event }, { method, args }),
  });
  return { payload: toWireReport(report) };
}

function sampleEventOf(triggerId: string): JsonObject {
  const samples: Readonly<Record<string, JsonObject>> = SAMPLE_EVENTS;
  const sample = Object.hasOwn(samples, triggerId) ? samples[triggerId] : undefined;
  if (sample !== undefined) return sample;
  throw new WireError(
    'invalid_body',
    `Actions for the trigger ${triggerId} never run on this server, so their drafts cannot be tested.`,
    { errorCode: 'operation_not_supported' },
  );
}

/** Runs under an id that follows from the content: a changed draft is never served by old code. */
function toRunnable(action: Action) {
  const { artifactHash } = action;
  if (action.status !== 'built' || artifactHash === undefined) {
    throw new WireError(
      'action_not_built',
      "A draft must be in the 'built' state before it can be tested.",
    );
  }
  return {
    actionId: action.id,
    actionName: action.name,
    versionId: nameDraft(action, artifactHash),
    versionNumber: 0,
    artifactHash,
    ...toRunnableContent(action),
  };
}

/** Two drafts of one artifact still differ by what their modules know and what they may reach. */
function nameDraft({ modules, egress }: Action, artifactHash: string): string {
  if (modules === undefined && egress === undefined) return `draft-${artifactHash}`;
  const pins = (modules ?? []).map(({ moduleVersionId }) => moduleVersionId);
  const content = JSON.stringify([artifactHash, pins, egress ?? null]);
  return `draft-${createHash('sha256').update(content).digest('hex')}`;
}

function toWireReport({ results, bootMs, totalMs }: RunReport): object {
  const [result] = results;
  if (result === undefined) throw new Error('The sandbox ran the draft, but reports no result');
  return {
    ...toWireRun(result),
    error: toWireError(result),
    stats: {
      action_duration_ms: result.endedAt.getTime() - result.startedAt.getTime(),
      boot_duration_ms: roundToTenth(bootMs),
      total_request_duration_ms: roundToTenth(totalMs),
    },
  };
}

function toWireError(result: ActionResult): object | null {
  if (result.kind === 'skipped') {
    return {
      name: 'Error',
      message: 'The action does not export the handler of its trigger.',
    };
  }
  if (result.kind === 'completed') return null;
  const { name, message, stack, line, column } = result.error;
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}
