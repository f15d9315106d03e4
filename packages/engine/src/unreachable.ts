/** Ends a `switch` over a closed union: a new member stops the build here, a forged one the run. */
export function unreachable(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
