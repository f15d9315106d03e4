import { z } from 'zod';
import { StartupError } from './startup-error.ts';

/** Where spans go, and which. */
export interface TracingConfig {
  /** Takes `POST` of OTLP in JSON. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: {
    readonly kind: 'always_on' | 'always_off' | 'traceidratio';
    /** Share of traces that `traceidratio` takes, 0 to 1. */
    readonly ratio: number;
    /** What the caller decided for a trace of its own holds. */
    readonly isParentBased: boolean;
  };
  /** Spans wait this long for others to go with, ms. */
  readonly delayMs: number;
}

/** OpenTelemetry takes an empty variable for one that is not set. */
const unlessEmpty = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema);

const url = unlessEmpty(z.url({ protocol: /^https?$/ }).optional());
const text = unlessEmpty(z.string().max(8_192).optional());

/** The standard variables of OpenTelemetry that have a meaning here. */
export const TRACING_VARIABLES = {
  OTEL_SDK_DISABLED: unlessEmpty(z.stringbool().default(false)),
  OTEL_TRACES_EXPORTER: unlessEmpty(z.enum(['otlp', 'none']).default('otlp')),
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url,
  OTEL_EXPORTER_OTLP_PROTOCOL: unlessEmpty(z.literal('http/json').optional()),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: unlessEmpty(z.literal('http/json').optional()),
  OTEL_EXPORTER_OTLP_HEADERS: text,
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: text,
  OTEL_SERVICE_NAME: unlessEmpty(z.string().max(255).optional()),
  OTEL_RESOURCE_ATTRIBUTES: text,
  OTEL_TRACES_SAMPLER: unlessEmpty(
    z
      .enum([
        'always_on',
        'always_off',
        'traceidratio',
        'parentbased_always_on',
        'parentbased_always_off',
        'parentbased_traceidratio',
      ])
      .default('parentbased_always_on'),
  ),
  OTEL_TRACES_SAMPLER_ARG: unlessEmpty(z.coerce.number().min(0).max(1).default(1)),
  OTEL_BSP_SCHEDULE_DELAY: unlessEmpty(z.coerce.number().int().min(10).max(60_000).default(5_000)),
} as const;

type TracingVariables = z.infer<z.ZodObject<typeof TRACING_VARIABLES>>;

/** Undefined when nothing says where spans go: then nothing is traced. */
export function toTracingConfig(values: TracingVariables): TracingConfig | undefined {
  const endpoint = findEndpoint(values);
  if (endpoint === undefined || values.OTEL_SDK_DISABLED || values.OTEL_TRACES_EXPORTER === 'none')
    return undefined;
  const sampler = values.OTEL_TRACES_SAMPLER.replace('parentbased_', '');
  return {
    url: endpoint,
    headers: {
      ...parsePairs('OTEL_EXPORTER_OTLP_HEADERS', values.OTEL_EXPORTER_OTLP_HEADERS),
      ...parsePairs('OTEL_EXPORTER_OTLP_TRACES_HEADERS', values.OTEL_EXPORTER_OTLP_TRACES_HEADERS),
    },
    resource: {
      'service.name': 'tessera',
      ...parsePairs('OTEL_RESOURCE_ATTRIBUTES', values.OTEL_RESOURCE_ATTRIBUTES),
      ...(values.OTEL_SERVICE_NAME === undefined
        ? {}
        : { 'service.name': values.OTEL_SERVICE_NAME }),
    },
    sampler: {
      kind: sampler as TracingConfig['sampler']['kind'],
      ratio: values.OTEL_TRACES_SAMPLER_ARG,
      isParentBased: sampler !== values.OTEL_TRACES_SAMPLER,
    },
    delayMs: values.OTEL_BSP_SCHEDULE_DELAY,
  };
}

/** The endpoint for traces is taken as it is; the one for all signals gets the path of traces. */
function findEndpoint(values: TracingVariables): string | undefined {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own, OTEL_EXPORTER_OTLP_ENDPOINT: shared } = values;
  return own ?? (shared === undefined ? undefined : `${shared.replace(/\/+$/, '')}/v1/traces`);
}

/** `key1=value1,key2=value2`, values percent-encoded. */
function parsePairs(name: string, list = ''): Record<string, string> {
  const pairs = list
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [, key, value] = /^([^=\s]+)\s*=\s*(.*)$/.exec(pair) ?? [];
      const decoded = value === undefined ? undefined : decode(value);
      // The value is not repeated: it may be a key.
      if (key === undefined || decoded === undefined)
        throw new StartupError(`${name} is not valid: use key1=value1,key2=value2.`);
      return [key, decoded] as const;
    });
  return Object.fromEntries(pairs);
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
