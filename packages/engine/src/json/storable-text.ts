/**
 * Whether databases and browsers can take the text: U+0000 and halves of surrogate pairs are legal
 * in JavaScript, but PostgreSQL refuses both, and a refused row would be a lost record.
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

/** The text with what is not storable replaced by U+FFFD. */
export function toStorableText(text: string): string {
  return isStorableText(text) ? text : text.replaceAll('\u0000', '\ufffd').toWellFormed();
}
