import type { Requirement, Standard } from './requirement.ts';

const INTRODUCTION = `# Standards

What the standards ask of an authorization server, and whether this one does it. Each line is a test that attacks or asserts over HTTP on a real server (\`e2e/standards\`); this page is written by that test, and compared with it. The second column is the standard’s own word; the text says what holds when it is heeded. Where the wire format of the hosted service and a standard differ, the wire format wins, and the line is among those not met. A line that is not met has a test too, which fails when it becomes met.
`;

/** The page of all requirements, as Markdown. */
export function describeStandards(standards: readonly Standard[]): string {
  const all = standards.flatMap(({ name, requirements }) =>
    requirements.map((requirement) => ({ name, ...requirement })),
  );
  const open = all.filter(({ unmet }) => unmet !== undefined);
  return [
    INTRODUCTION,
    `${all.length - open.length} of ${all.length} requirements are met.\n`,
    '## Not met',
    '| | asked for | why not |\n|---|---|---|',
    ...open.map(
      ({ name, section, level, text, unmet }) =>
        `| ${name}, ${section} | ${level}: ${text} | ${unmet} |`,
    ),
    ...standards.flatMap(({ name, title, requirements }) => [
      `\n## ${name}: ${title}`,
      '| section | | requirement | met |\n|---|---|---|---|',
      ...requirements.map(describeRow),
    ]),
    '',
  ].join('\n');
}

function describeRow({ section, level, text, unmet }: Requirement): string {
  return `| ${section} | ${level} | ${text} | ${unmet === undefined ? 'yes' : 'no'} |`;
}
