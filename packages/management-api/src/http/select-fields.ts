interface FieldQuery {
  readonly fields?: string | undefined;
  readonly include_fields?: boolean | undefined;
}

/**
 * Keeps (or, with `include_fields=false`, leaves out) the properties that `fields` names.
 *
 * @param always Properties that are answered whatever `fields` asks to keep.
 */
export function selectFields<T extends object>(
  item: T,
  query: FieldQuery,
  always: readonly string[] = [],
): Partial<T> {
  if (query.fields === undefined || query.fields === '') return item;
  const names = new Set(query.fields.split(',').map((name) => name.trim()));
  const isIncluding = query.include_fields !== false;
  const kept = Object.entries(item).filter(
    ([name]) => names.has(name) === isIncluding || (isIncluding && always.includes(name)),
  );
  return Object.fromEntries(kept) as Partial<T>;
}
