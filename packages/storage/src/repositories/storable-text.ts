/**
 * Text that PostgreSQL stores: U+0000 and halves of surrogate pairs become U+FFFD. For records of what
 * strangers and guests sent, where refusing the record would let them switch recording off.
 */
export function toStorableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}
