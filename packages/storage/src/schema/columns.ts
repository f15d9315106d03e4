import { bigint, customType, text, timestamp } from 'drizzle-orm/pg-core';
import { tenants } from './tenants.ts';

/** First column of the primary key of every tenant-scoped table. */
export const tenantId = () =>
  text('tenant_id')
    .notNull()
    .references(() => tenants.id, { onDelete: 'cascade' });

/** A point in time, with milliseconds as JavaScript has them. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** Total order of creation, for lists: timestamps tie. */
export const sequence = () => bigint({ mode: 'number' }).generatedAlwaysAsIdentity();

export const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

export const textArray = (name: string) => text(name).array().$type<readonly string[]>();

/** Identifier of a transaction: grows with every one, over all databases of the server. As text, for it has 64 bits. */
export const transactionId = customType<{ data: string }>({ dataType: () => 'xid8' });
