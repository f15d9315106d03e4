import { WireError } from '../../http/wire-error.ts';

/** Says what is wrong with the source of a template; undefined when it can be parsed. */
export type FindTemplateProblem = (source: string) => string | undefined;

/** Refuses texts that are no Liquid, by the name of the member they are in. Absent ones pass. */
export function checkTemplates(
  findProblem: FindTemplateProblem,
  sources: Readonly<Record<string, string | null | undefined>>,
): void {
  for (const [member, source] of Object.entries(sources)) {
    const problem = source === undefined || source === null ? undefined : findProblem(source);
    if (problem === undefined) continue;
    throw new WireError(
      'invalid_body',
      `Payload validation error: 'The template cannot be parsed: ${problem}' on property ${member}.`,
      { errorCode: 'invalid_body' },
    );
  }
}
