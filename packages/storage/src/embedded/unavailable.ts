import { AppError } from '@tessera/model';

/** The embedded database cannot run. `message` names the thing and the remedy. */
export function unavailable(message: string, cause?: unknown): AppError {
  return new AppError('database_unavailable', message, { cause });
}

/** What a failure of the file system or of a server's log line means for the operator. */
export function explainFailure(text: string, place: string): string | undefined {
  const explanation = EXPLANATIONS.find(([pattern]) => pattern.test(text));
  return explanation?.[1](place);
}

const EXPLANATIONS: readonly (readonly [RegExp, (place: string) => string])[] = [
  [
    /ENOSPC|No space left on device/,
    (place) => `The disk that holds "${place}" is full. Free some space and start again.`,
  ],
  [/EDQUOT|Disk quota exceeded/, (place) => `The disk quota for "${place}" is used up.`],
  [
    /EROFS|Read-only file system/,
    (place) => `"${place}" is on a read-only file system. Choose another data directory.`,
  ],
  [
    /EACCES|EPERM|Permission denied|Operation not permitted|wrong ownership|invalid permissions/,
    (place) =>
      `The database cannot read and write "${place}": permission denied. Give the user that starts the server this directory and all in it (chown -R), or choose another data directory.`,
  ],
  [/ENOTDIR|EEXIST/, (place) => `"${place}" is not a directory. Choose another data directory.`],
  [
    /could not (?:map|create|resize) .*shared memory|Cannot allocate memory/i,
    () => 'There is not enough memory to start the database.',
  ],
];

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
