import { z } from 'zod';
import { queryBoolean, queryInteger } from './values.ts';

/** Most items that one answer holds. */
export const MAX_PER_PAGE = 100;
/** Highest page number that is answered; beyond it, use checkpoints. */
const MAX_PAGE = 1_000_000;

/** `page` starts at 0. */
export const offsetPaging = {
  page: queryInteger(0, MAX_PAGE)
    .optional()
    .describe('Page index of the results to return. First page is 0.'),
  per_page: queryInteger(0, MAX_PER_PAGE).optional().describe('Number of results per page.'),
};
/** The dialect of the older services: `include_totals=true` wraps the list. */
export const totalsPaging = {
  ...offsetPaging,
  include_totals: queryBoolean
    .optional()
    .describe(
      'Return results inside an object that contains the total result count (true) or as a direct array of results (false, default).',
    ),
};
/** Checkpoints: `take` items after `from`; wins over pages. */
export const checkpointPaging = {
  from: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('Optional Id from which to start selection.'),
  take: queryInteger(1, MAX_PER_PAGE)
    .optional()
    .describe('Number of results per page. Defaults to 50.'),
};
/** Chooses or leaves out properties of each item. */
export const fieldSelection = {
  fields: z
    .string()
    .max(2_000)
    .optional()
    .describe('Comma-separated list of fields to include or exclude.'),
  include_fields: queryBoolean
    .optional()
    .describe('Whether specified fields are to be included (true) or excluded (false).'),
};

/** A list with totals: `{start, limit, total, <key>: [...]}`. */
const totalsPage = <K extends string>(key: K, item: z.ZodType) =>
  z.strictObject({
    start: z.int(),
    limit: z.int(),
    length: z.int().optional(),
    total: z.int().optional(),
    [key]: z.array(item),
  });
/** A list by checkpoints: `{<key>: [...], next?}`. */
export const checkpointPage = <K extends string>(key: K, item: z.ZodType) =>
  z.strictObject({ [key]: z.array(item), next: z.string().optional() });
/** What a list answers, in the dialect that the query asks for. */
export const anyPage = (key: string, item: z.ZodType) =>
  z.union([z.array(item), totalsPage(key, item), checkpointPage(key, item)]);

/**
 * The dialect of the Actions service, which omits zeros: no `page` on the first page, no `total` on
 * an empty one.
 */
export const protoPage = <K extends string>(key: K, item: z.ZodType) =>
  z.strictObject({
    [key]: z.array(item),
    total: z.int().min(1).optional(),
    page: z.int().min(1).optional(),
    per_page: z.int().optional(),
  });

/** The dialect of modules: every number is always there; `total` is 0 on a page past the end. */
export const countedPage = <K extends string>(key: K, item: z.ZodType) =>
  z.strictObject({
    [key]: z.array(item),
    total: z.int().min(0),
    page: z.int().min(0),
    per_page: z.int(),
  });
