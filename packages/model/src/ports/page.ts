/** A slice of a list. `page` starts at 0; `perPage` is 1 to 100. */
export interface PageQuery {
  readonly page: number;
  readonly perPage: number;
}
/** The items of a slice, and how many there are in all. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
}
