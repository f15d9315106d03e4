type UndefinedKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

/** `T` with the members that may be undefined made optional instead. */
export type WithoutUndefined<T> = { [K in Exclude<keyof T, UndefinedKeys<T>>]: T[K] } & {
  [K in UndefinedKeys<T>]?: Exclude<T[K], undefined>;
};

/** Copy without the members that are undefined: in JSON they do not exist. */
export function withoutUndefined<T extends object>(members: T): WithoutUndefined<T> {
  const present: Partial<Record<keyof T, unknown>> = {};
  for (const key of Object.keys(members) as (keyof T)[]) {
    if (members[key] !== undefined) present[key] = members[key];
  }
  return present as WithoutUndefined<T>;
}
