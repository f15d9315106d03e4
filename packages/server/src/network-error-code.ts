/** The code in the text of a network failure, as `EACCES` in `connect EACCES 10.0.0.1: …`; undefined without one. */
export function findNetworkErrorCode(text: string): string | undefined {
  return /^(?:[a-z]{1,20} )?(E[A-Z][A-Z0-9_]{1,20})\b/.exec(text)?.[1];
}
