import { z } from 'zod';

const diagnosticSchema = z.strictObject({
  id: z.string(),
  message: z.string(),
  line: z.int().min(1).exactOptional(),
  column: z.int().min(1).exactOptional(),
});

const dependencySchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  registryUrl: z.string().exactOptional(),
});

/** What the build process writes on fd 3 when it is done. */
export const buildReportSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('built'),
    hash: z.string(),
    dependencies: z.array(dependencySchema),
    diagnostics: z.array(diagnosticSchema),
  }),
  z.strictObject({ kind: z.literal('failed'), diagnostics: z.array(diagnosticSchema).min(1) }),
  z.strictObject({ kind: z.literal('registry-unavailable'), code: z.string() }),
  z.strictObject({ kind: z.literal('crashed'), message: z.string() }),
]);

export type BuildReport = z.infer<typeof buildReportSchema>;
