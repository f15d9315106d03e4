/** A value that JSON can carry. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * An object whose members nobody but its author knows: metadata, bodies, query strings.
 *
 * Its values are deliberately unchecked, so that `event.user.user_metadata.theme.colour` needs no
 * cast in an action that is checked through JSDoc.
 */
// biome-ignore lint/suspicious/noExplicitAny: authors know the members of their metadata, we do not
export type Dictionary = { [key: string]: any };
