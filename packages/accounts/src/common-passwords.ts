/**
 * The list is loaded at the first need: it costs 20 ms and some memory, and most connections do not
 * ask for it. Entries are in lower case, most common first.
 */
let ranks: Promise<ReadonlyMap<string, number>> | undefined;

async function loadRanks(): Promise<ReadonlyMap<string, number>> {
  const { dictionary } = await import('@zxcvbn-ts/language-common');
  return new Map(dictionary['passwords-common'].map((password, rank) => [password, rank]));
}

/** Tells whether a password (in lower case) is among the `count` most common ones that are known. */
export async function isCommonPassword(password: string, count: number): Promise<boolean> {
  ranks ??= loadRanks();
  const rank = (await ranks).get(password);
  return rank !== undefined && rank < count;
}
