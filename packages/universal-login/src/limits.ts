/** Limits of the pages; beyond them a request is refused with a clear answer. */
export const PAGE_LIMITS = {
  /** Body of a form or of `/dbconnections/signup`, in bytes: 413. */
  bodyBytes: 65_536,
  /** Length of a `state`: longer ones are unknown. */
  stateLength: 256,
  /** Length of any single field of a form; the field is refused, its value not shown again. */
  fieldLength: 4096,
} as const;
