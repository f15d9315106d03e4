import { and, eq, or, type SQL, sql } from 'drizzle-orm';
import { users } from '../schema/index.ts';

/** Fields that a search may name, with the column that is compared exactly. E-mails ignore case. */
const FIELDS: ReadonlyMap<string, (value: string) => SQL> = new Map(
  Object.entries({
    email: (value) => eq(sql`lower(${users.email})`, value.toLowerCase()),
    user_id: (value) => eq(users.userId, value),
    username: (value) => eq(sql`lower(${users.username})`, value.toLowerCase()),
    name: (value) => eq(users.name, value),
    phone_number: (value) => eq(users.phoneNumber, value),
  }),
);

/** `field:"value"`, `field:value`, or a bare word or quoted text. */
const TERM = /(?:(\w+):)?(?:"((?:[^"\\]|\\.)*)"|(\S+))/g;

/**
 * The condition of a search: a small part of Lucene's syntax. All terms must hold. `field:"value"`
 * (fields: email, user_id, username, name, phone_number) compares whole values; text without a field is
 * the beginning of the e-mail address or name. An unknown field matches nobody.
 */
export function searchCondition(q: string): SQL | undefined {
  return and(...Array.from(q.matchAll(TERM), toCondition));
}

function toCondition([, field, quoted, bare]: RegExpExecArray): SQL | undefined {
  const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '';
  if (field !== undefined) return FIELDS.get(field)?.(value) ?? sql`false`;
  const prefix = `${value.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
  return or(sql`lower(${users.email}) like ${prefix}`, sql`lower(${users.name}) like ${prefix}`);
}
