import { z } from 'zod';
import { quote } from '../values.ts';

/** Limits of a form. */
export const FORM_LIMITS = {
  /** Forms of a tenant. */
  perTenant: 100,
  /** Steps of a form. */
  steps: 20,
  /** Components of a step. */
  components: 50,
  /** Choices of a field. */
  options: 200,
  /** Whole form as JSON, in bytes. */
  bytes: 200_000,
} as const;

/** Node of a form that stands for its end. */
const ENDING = '$ending';

const identifier = z
  .string()
  .max(100)
  .refine((text) => /^[a-zA-Z_][\w-]*$/.test(text), {
    error: ({ input }) =>
      `Object didn't pass validation for format forms-custom-identifier: ${quote(input)}`,
  })
  .meta({ openapi: { type: 'string', format: 'forms-custom-identifier', maxLength: 100 } });
const pointer = z.union([z.literal(ENDING), identifier]);
const coordinate = z.int().min(-999_999).max(999_999);
const coordinates = z.strictObject({ x: coordinate, y: coordinate });

const label = z.string().min(1).max(500);
const text = z.string().min(1).max(500);
const content = z.string().max(10_000);

/** Refuses what has no type of the union with a sentence that names it, instead of one about the union. */
function ofKnownType<U extends z.ZodDiscriminatedUnion>(
  union: U,
  describe: (name: string) => string,
): z.ZodPipe<z.ZodUnknown, U> {
  const types = new Set<unknown>(
    union.options.flatMap((option) => [
      ...((option as z.core.$ZodType)._zod.propValues?.type ?? []),
    ]),
  );
  const typed = z.unknown().refine((value) => types.has(partOf(value, 'type')), {
    error: ({ input }) =>
      describe(`"${quote(partOf(input, 'id'))}" of the type ${quote(partOf(input, 'type'))}`),
    abort: true,
  });
  return typed.pipe(union);
}

const partOf = (value: unknown, member: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined;

/** A member that the contract has and this server cannot do. */
const refused = (error: string) =>
  z
    .unknown()
    .refine(() => false, { error })
    .optional();

const base = { id: identifier, category: z.literal('FIELD') };
const common = {
  label: label.optional(),
  hint: text.optional(),
  required: z.boolean().optional(),
  sensitive: z.boolean().optional(),
};
const length = z.int().min(1).max(4_096);
const option = z.strictObject({ value: z.string().min(1).max(500), label });
const options = z.array(option).max(FORM_LIMITS.options);
const chosen = z.union([z.string(), z.array(z.string()).max(FORM_LIMITS.options)]);

const field = <T extends string, C extends z.ZodType>(type: T, config: C) =>
  z.strictObject({ ...base, type: z.literal(type), ...common, config: config.optional() });

const fields = [
  field(
    'TEXT',
    z.strictObject({
      multiline: z.boolean().optional(),
      default_value: text.optional(),
      placeholder: text.optional(),
      min_length: length.optional(),
      max_length: length.optional(),
    }),
  ),
  field(
    'TEL',
    z.strictObject({
      default_value: z.string().max(500).optional(),
      placeholder: z.string().max(500).optional(),
      min_length: length.optional(),
      max_length: length.optional(),
      country_picker: z.boolean().optional(),
      strings: z.strictObject({ filter_placeholder: text.optional() }).optional(),
    }),
  ),
  field('EMAIL', z.strictObject({ default_value: text.optional(), placeholder: text.optional() })),
  field('URL', z.strictObject({ default_value: text.optional(), placeholder: text.optional() })),
  field(
    'NUMBER',
    z.strictObject({
      default_value: z.number().optional(),
      placeholder: text.optional(),
      min_value: z.number().optional(),
      max_value: z.number().optional(),
    }),
  ),
  field(
    'BOOLEAN',
    z.strictObject({
      default_value: z.boolean().optional(),
      options: z
        .strictObject({
          true: z.string().min(1).max(50).optional(),
          false: z.string().min(1).max(50).optional(),
        })
        .optional(),
    }),
  ),
  field(
    'CHOICE',
    z.strictObject({
      multiple: z.boolean().optional(),
      options: options.optional(),
      default_value: chosen.optional(),
    }),
  ),
  field(
    'DROPDOWN',
    z.strictObject({
      multiple: z.boolean().optional(),
      options: options.optional(),
      default_value: chosen.optional(),
      placeholder: text.optional(),
    }),
  ),
  field(
    'DATE',
    z.strictObject({
      format: z.enum(['DATE', 'TIME']).optional(),
      default_value: z.string().max(50).optional(),
    }),
  ),
  field('LEGAL', z.strictObject({ text: content.min(1).optional() })),
] as const;

const block = { id: identifier, category: z.literal('BLOCK') };
const html = z.strictObject({ content: content.optional() }).optional();
const button = z.strictObject({ text: z.string().max(150) });

const component = ofKnownType(
  z.discriminatedUnion('type', [
    ...fields,
    z.strictObject({ ...block, type: z.literal('RICH_TEXT'), config: html }),
    z.strictObject({ ...block, type: z.literal('HTML'), config: html }),
    z.strictObject({
      ...block,
      type: z.literal('DIVIDER'),
      config: z.strictObject({ text: z.string().max(50).optional() }).optional(),
    }),
    z.strictObject({ ...block, type: z.literal('NEXT_BUTTON'), config: button }),
    z.strictObject({ ...block, type: z.literal('PREVIOUS_BUTTON'), config: button }),
  ]),
  (name) =>
    `The component ${name} is not rendered here. Components are fields (TEXT, EMAIL, NUMBER, BOOLEAN, CHOICE, DROPDOWN, DATE, LEGAL, URL, TEL) and blocks (RICH_TEXT, HTML, DIVIDER, NEXT_BUTTON, PREVIOUS_BUTTON)`,
);

const node = ofKnownType(
  z.discriminatedUnion('type', [
    z.strictObject({
      id: identifier,
      type: z.literal('STEP'),
      coordinates: coordinates.optional(),
      alias: z.string().min(1).max(150).optional(),
      config: z
        .strictObject({
          components: z.array(component).max(FORM_LIMITS.components).optional(),
          next_node: pointer.optional(),
        })
        .optional(),
    }),
  ]),
  (name) => `The node ${name} is not run here: forms consist of nodes of the type STEP`,
);

const hiddenField = z.strictObject({
  key: identifier,
  value: z.string().min(1).max(500).optional(),
});
const texts = z.record(z.string().max(100), z.string().min(1).max(255));
const translation = z.record(z.string().max(100), z.unknown());

/** What a form consists of besides its name. */
export const formMembers = {
  messages: z.strictObject({ errors: texts.optional(), custom: texts.optional() }),
  languages: z.strictObject({
    primary: z.string().min(1).max(55).optional(),
    default: z.string().min(1).max(55).optional(),
  }),
  translations: z.record(z.string().max(55), translation),
  nodes: z.array(node).max(FORM_LIMITS.steps),
  start: z.strictObject({
    hidden_fields: z.array(hiddenField).max(50).optional(),
    next_node: pointer.optional(),
    coordinates: coordinates.optional(),
  }),
  ending: z
    .strictObject({
      resume_flow: z.literal(true).optional(),
      coordinates: coordinates.optional(),
      redirection: refused(
        'Forms end where the login goes on; a redirection is for an Action (api.redirect.sendUserTo)',
      ),
      after_submit: refused('Flows are not run here; use an Action after api.prompt.render'),
    })
    .describe('The end of the form: the login goes on.'),
  style: z.strictObject({ css: z.string().min(1).max(5_000).optional() }),
};

/** What a form consists of; each part may be absent. */
export const formParts = z.strictObject(formMembers).partial();
export type FormParts = z.output<typeof formParts>;

/** What is wrong with the steps of a form as a whole; undefined when a person can go through them. */
export function findFormProblem({ nodes = [], start, ...rest }: FormParts): string | undefined {
  if (JSON.stringify({ nodes, start, ...rest }).length > FORM_LIMITS.bytes) {
    return `A form has at most ${FORM_LIMITS.bytes} bytes as JSON`;
  }
  const ids = nodes.flatMap(({ id, config }) => [
    id,
    ...(config?.components ?? []).map((one) => one.id),
  ]);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) return `The id "${twice}" is used twice`;
  const visited = new Set<string>();
  let next = start?.next_node ?? nodes[0]?.id ?? ENDING;
  while (next !== ENDING) {
    const at = nodes.find(({ id }) => id === next);
    if (at === undefined) return `There is no node "${next}"`;
    if (visited.has(next)) return `The steps lead back to the node "${next}"`;
    visited.add(next);
    next = at.config?.next_node ?? ENDING;
  }
  return undefined;
}
