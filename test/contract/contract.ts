import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A member of an event, by path: `request.geoip.cityName`. */
export interface Field {
  readonly path: string;
  readonly type: string;
  readonly optional?: boolean;
  readonly values?: readonly string[];
}

/** A parameter, or a member of one: `options.query`. */
export interface Param {
  readonly name: string;
  readonly type: string;
  readonly optional?: boolean;
  readonly values?: readonly string[];
}

export interface Method {
  /** Without `api.`: `access.deny`. */
  readonly path: string;
  readonly params: readonly Param[];
}

export interface TriggerContract {
  readonly fields: readonly Field[];
  readonly methods: readonly Method[];
}

/** The contract lies beside the project where the project is developed, and nowhere else. */
const FILE = join(import.meta.dirname, '../../../shared/contract/triggers.json');

interface RawTrigger {
  readonly event: readonly Field[];
  readonly api: readonly { readonly method: string; readonly params: readonly Param[] }[];
}

/** By id of the trigger; undefined where the contract is absent. */
export const CONTRACT: ReadonlyMap<string, TriggerContract> | undefined = existsSync(FILE)
  ? readContract(readFileSync(FILE, 'utf8'))
  : undefined;

function readContract(text: string): ReadonlyMap<string, TriggerContract> {
  const triggers: Record<string, RawTrigger> = JSON.parse(text);
  return new Map(
    Object.entries(triggers).map(([id, { event, api }]) => [
      id,
      { fields: event, methods: mergeOverloads(api) },
    ]),
  );
}

/** A method that takes one of some words is listed once for each word. */
function mergeOverloads(api: RawTrigger['api']): readonly Method[] {
  const methods = new Map<string, Method>();
  for (const { method, params } of api) {
    const path = method.replace(/^api\./, '').replace(/\(.*$/, '');
    const known = methods.get(path);
    methods.set(path, known === undefined ? { path, params } : withValues(known, params));
  }
  return [...methods.values()];
}

function withValues(known: Method, params: readonly Param[]): Method {
  return {
    path: known.path,
    params: known.params.map((param, at) => ({
      ...param,
      values: [...(param.values ?? []), ...(params[at]?.values ?? [])],
    })),
  };
}
