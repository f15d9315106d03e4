/** RFC 3339 with nine fractional digits, as the Actions service writes every time. */
export const toNanoTimestamp = (date: Date): string => date.toISOString().replace('Z', '000000Z');
