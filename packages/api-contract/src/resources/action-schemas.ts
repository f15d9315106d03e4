import { z } from 'zod';
import { ACTION_LIMITS } from '../action-limits.ts';
import { CATALOG_TRIGGER_IDS, RUNTIMES } from '../trigger-catalog.ts';
import { quote, timestamp } from '../values.ts';

export const triggerId = z
  .string()
  .refine((id) => CATALOG_TRIGGER_IDS.includes(id), {
    error: ({ input }) => `No enum match for: ${quote(input)}`,
  })
  .describe('An actions extensibility point.')
  .meta({ openapi: { type: 'string', enum: CATALOG_TRIGGER_IDS } });

/** Bytes of a text in UTF-8. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Refuses a list in which a name stands twice. */
export const uniqueNames = <T extends z.ZodArray<z.ZodObject<{ name: z.ZodString }>>>(list: T) =>
  list.superRefine((items, context) => {
    const firstAt = new Map<string, number>();
    for (const [index, { name }] of items.entries()) {
      const first = firstAt.get(name);
      if (first === undefined) firstAt.set(name, index);
      else {
        context.addIssue({
          code: 'custom',
          message: `Array items are not unique (indexes ${first} and ${index})`,
        });
      }
    }
  });

const triggerRef = z.strictObject({
  id: triggerId,
  version: z
    .string()
    .regex(/^v\d{1,3}$/)
    .optional()
    .describe('The version of a trigger. v1, v2, etc.'),
  // Tools send back what the triggers list gave them.
  status: z.string().max(50).optional(),
  runtimes: z.array(z.string().max(50)).max(20).optional(),
  default_runtime: z.string().max(50).optional(),
  compatible_triggers: z
    .array(z.strictObject({ id: z.string(), version: z.string() }))
    .max(20)
    .optional(),
  binding_policy: z.string().max(50).optional(),
});

export const dependency = z.strictObject({
  name: z
    .string()
    .max(ACTION_LIMITS.dependencyNameLength)
    .regex(/^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-zA-Z0-9~-][a-zA-Z0-9._~-]*$/)
    .describe('The name of an npm module.'),
  version: z
    .string()
    .min(1)
    .max(ACTION_LIMITS.dependencyVersionLength)
    .regex(/^[\w.+~^<>=|* -]+$/)
    .optional()
    .describe('The npm module version, a range, or `latest`.'),
  registry_url: z
    .string()
    .max(2_048)
    .optional()
    .describe(
      'Accepted and kept until the build; packages always come from the registry of the server.',
    ),
});

export const secret = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(ACTION_LIMITS.secretNameLength)
    .regex(/^\P{Cc}*$/u)
    .describe('The name of the particular secret, e.g. API_KEY.'),
  value: z
    .string()
    .max(ACTION_LIMITS.secretValueLength)
    .optional()
    .describe(
      'The value of the secret. Without it, the value that is stored under the name stays.',
    ),
  updated_at: timestamp.optional().describe('Ignored.'),
});

const name = z
  .string()
  .min(1)
  .max(ACTION_LIMITS.nameLength)
  .regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u)
  .describe('The name of an action.');
export const code = z
  .string()
  .refine((text) => utf8Length(text) <= ACTION_LIMITS.codeBytes, {
    error: ({ input }) =>
      `String is too long (${utf8Length(String(input))} bytes), maximum ${ACTION_LIMITS.codeBytes}`,
  })
  .describe('The source code of the action.')
  .meta({ openapi: { type: 'string' } });

const moduleReference = z.strictObject({
  module_id: z.string().min(1).max(36).describe('The id of the module.'),
  module_version_id: z.string().min(1).max(36).describe('The id of a published version of it.'),
  module_name: z.string().max(ACTION_LIMITS.nameLength).optional().describe('Ignored.'),
  module_version_number: z.int().optional().describe('Ignored.'),
});
/** An action has at most one version of a module: code names modules without a version. */
const moduleReferences = z
  .array(moduleReference)
  .max(ACTION_LIMITS.modules)
  .superRefine((references, context) => {
    for (const [index, { module_id }] of references.entries()) {
      const first = references.findIndex((one) => one.module_id === module_id);
      if (first === index) continue;
      context.addIssue({
        code: 'custom',
        message: `Array items are not unique (indexes ${first} and ${index})`,
      });
    }
  });

const egressRules = z
  .array(z.string().min(1).max(ACTION_LIMITS.egressRuleLength))
  .max(ACTION_LIMITS.egressRules)
  .describe('`host`, `*.host`, an address or a CIDR, each with an optional `:port`.');
const egress = z
  .strictObject({ allow: egressRules.optional(), deny: egressRules.optional() })
  .nullable()
  .describe(
    'What this action may reach: with `allow`, only that; `deny` wins. Never more than the operator and the tenant allow. `null` removes the rules.',
  );

const draft = {
  supported_triggers: z
    .array(triggerRef)
    .min(1)
    .max(1)
    .describe(
      'The list of triggers that this action supports. At this time, an action can only target a single trigger at a time.',
    ),
  code,
  dependencies: uniqueNames(z.array(dependency).max(ACTION_LIMITS.dependencies)).describe(
    'The list of third party npm modules, and their versions, that this action depends on.',
  ),
  runtime: z.enum(RUNTIMES).describe('The Node runtime.'),
  secrets: uniqueNames(z.array(secret).max(ACTION_LIMITS.secrets)).describe(
    'The list of secrets that are included in an action or a version of an action.',
  ),
  modules: moduleReferences.describe(
    'The list of action modules and their versions used by this action.',
  ),
  egress,
};

export const createActionSchema = z.strictObject({
  name,
  supported_triggers: draft.supported_triggers,
  code: draft.code.optional(),
  dependencies: draft.dependencies.optional(),
  runtime: draft.runtime.optional(),
  secrets: draft.secrets.optional(),
  modules: draft.modules.optional(),
  egress: draft.egress.optional(),
  deploy: z.boolean().optional().describe('True if the action should be deployed after creation.'),
});
export const updateActionSchema = z.strictObject({ name, ...draft }).partial();

const wireTrigger = z.strictObject({ id: z.string(), version: z.string() });
const wireDependency = z.strictObject({
  name: z.string(),
  version: z.string(),
  registry_url: z.string().optional(),
});
export const wireSecret = z.strictObject({ name: z.string(), updated_at: timestamp });
const buildStatus = z.enum(['pending', 'building', 'packaged', 'built', 'retrying', 'failed']);

/** Absent without any. */
const wireUses = {
  modules: z
    .array(
      z.strictObject({
        module_id: z.string(),
        module_name: z.string(),
        module_version_id: z.string(),
        module_version_number: z.int(),
      }),
    )
    .optional(),
  egress: z.strictObject({ allow: z.array(z.string()), deny: z.array(z.string()) }).optional(),
};

/** An action as bindings and versions nest it: without its draft. */
const actionSummary = {
  id: z.string(),
  name: z.string(),
  supported_triggers: z.array(wireTrigger),
  created_at: timestamp,
  updated_at: timestamp,
};
/** The deployed version as `current_version` states it: status in upper case. */
const currentVersion = z.strictObject({
  id: z.string(),
  code: z.string(),
  runtime: z.string(),
  status: z.string(),
  number: z.int(),
  build_time: timestamp.optional(),
  created_at: timestamp,
  updated_at: timestamp,
});
const deployedVersion = z.strictObject({
  code: z.string(),
  dependencies: z.array(wireDependency),
  id: z.string(),
  deployed: z.boolean(),
  number: z.int(),
  built_at: timestamp.optional(),
  secrets: z.array(wireSecret),
  ...wireUses,
  status: buildStatus,
  created_at: timestamp,
  updated_at: timestamp,
  runtime: z.string(),
  supported_triggers: z.array(wireTrigger),
});
/** Why the last build of the draft failed, or what it warns of. */
export const buildError = z.strictObject({
  id: z.string(),
  msg: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
});

export const actionSchema = z.strictObject({
  ...actionSummary,
  code: z.string(),
  dependencies: z.array(wireDependency),
  runtime: z.string(),
  status: buildStatus,
  secrets: z.array(wireSecret),
  ...wireUses,
  current_version: currentVersion.optional(),
  deployed_version: deployedVersion.optional(),
  /** Absent without any. */
  errors: z.array(buildError).optional(),
  all_changes_deployed: z.boolean(),
});
export const actionVersionSchema = deployedVersion.extend({
  action: z.strictObject({ ...actionSummary, all_changes_deployed: z.boolean() }),
});
/** An action as a binding nests it. */
export const boundActionSchema = z.strictObject({
  ...actionSummary,
  current_version: currentVersion.optional(),
  deployed_version: deployedVersion.optional(),
  all_changes_deployed: z.boolean(),
});

export type WireAction = z.output<typeof actionSchema>;
export type WireActionVersion = z.output<typeof actionVersionSchema>;
export type WireBoundAction = z.output<typeof boundActionSchema>;
export type CreateActionBody = z.output<typeof createActionSchema>;
export type UpdateActionBody = z.output<typeof updateActionSchema>;

/** What a test run of a draft answers; an error of the action is data, not a failure. */
export const actionTestResultSchema = z.strictObject({
  payload: z.strictObject({
    commands: z.array(z.strictObject({ method: z.string(), args: z.array(z.unknown()) })),
    logs: z.array(z.strictObject({ level: z.string(), time: z.string(), message: z.string() })),
    requests: z.array(
      z.strictObject({
        method: z.string().optional(),
        host: z.string(),
        port: z.int(),
        status: z.int().optional(),
        duration_ms: z.number(),
        bytes_sent: z.int(),
        bytes_received: z.int(),
        error: z.string().optional(),
      }),
    ),
    error: z
      .strictObject({
        name: z.string(),
        message: z.string(),
        stack: z.string().optional(),
        line: z.int().optional(),
        column: z.int().optional(),
      })
      .nullable(),
    stats: z.strictObject({
      action_duration_ms: z.number(),
      boot_duration_ms: z.number(),
      total_request_duration_ms: z.number(),
    }),
  }),
});

export const triggerIdParams = z.object({ triggerId });
