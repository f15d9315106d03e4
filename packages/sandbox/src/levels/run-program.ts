import { execFile } from 'node:child_process';

export interface ProgramEnd {
  readonly isOk: boolean;
  readonly stdout: string;
  /** Last line of what it complained about. */
  readonly complaint: string;
}

const TIMEOUT_MS = 10_000;

/** Runs a program to its end, with an empty environment. Never rejects. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly identity?: number } = {},
): Promise<ProgramEnd> {
  const { env = {}, identity } = options;
  const user = identity === undefined ? {} : { uid: identity, gid: identity };
  return new Promise((resolve) => {
    const settings = { env: { ...env }, timeout: TIMEOUT_MS, cwd: '/', ...user };
    execFile(command, [...args], settings, (error, stdout, stderr) => {
      const complaint = stderr.trim().split('\n').at(-1) || (error?.message ?? '');
      resolve({ isOk: error === null, stdout, complaint });
    });
  });
}
