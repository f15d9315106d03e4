/** RFC 3339 with nine fractional digits, as the Actions service writes every time. */
export const toNanoTimestamp = (date: Date): string => date.toISOString().replace('Z', '000000Z');

/** RFC 3339 with six fractional digits, as modules write every time. */
export const toMicroTimestamp = (date: Date): string => date.toISOString().replace('Z', '000Z');
