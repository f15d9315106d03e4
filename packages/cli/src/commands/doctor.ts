import { connect } from '../connect.ts';
import type { Command } from './command.ts';

/** What `/readyz` tells a caller on the same machine. */
interface Readiness {
  readonly status: string;
  readonly failures: readonly string[];
  readonly sandbox?: {
    readonly level: string;
    readonly layers: readonly string[];
    readonly missing: readonly {
      readonly level: string;
      readonly reason: string;
      readonly remedy: string;
    }[];
    readonly limits: Readonly<Record<string, unknown>>;
  };
}

/** Says whether the running server is well, which isolation Actions run in, and what would make it stronger. */
export const doctor: Command = {
  usage: '',
  summary: 'is the server well, and how are Actions isolated?',
  async run({ settings, print }) {
    const { fetch } = connect(settings);
    const answer = await fetch(`${settings.url}/readyz`);
    const readiness = (await answer.json()) as Readiness;
    print(`server    ${settings.url}: ${readiness.status}`);
    for (const failure of readiness.failures) print(`          ${failure} does not answer`);
    const { sandbox } = readiness;
    if (sandbox === undefined) {
      print("sandbox   details are told on the server's own machine only");
    } else {
      print(`sandbox   level in force: ${sandbox.level}`);
      for (const layer of sandbox.layers) print(`          - ${layer}`);
      for (const { level, reason, remedy } of sandbox.missing) {
        print(`          stronger: ${level} is not available: ${reason} ${remedy}`);
      }
      for (const [limit, value] of Object.entries(sandbox.limits))
        print(`limit     ${limit}: ${String(value)}`);
    }
    return readiness.status === 'ready' ? 0 : 1;
  },
};
