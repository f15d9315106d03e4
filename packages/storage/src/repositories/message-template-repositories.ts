import type {
  EmailTemplate,
  EmailTemplateRepository,
  JsonObject,
  PhoneTemplateRepository,
} from '@tessera/model';
import { and, asc, eq, getTableColumns } from 'drizzle-orm';
import { emailTemplates, phoneTemplates } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';
import { first, pickPatch } from './rows.ts';

export function createEmailTemplateRepository({
  tenantId,
  session: { db },
}: RepositoryContext): EmailTemplateRepository {
  const valuesOf = ({ name, ...content }: EmailTemplate) => ({
    tenantId,
    name,
    content: content as JsonObject,
    updatedAt: new Date(),
  });
  return {
    find: async (name) => {
      const [row] = await db
        .select({ content: emailTemplates.content })
        .from(emailTemplates)
        .where(and(eq(emailTemplates.tenantId, tenantId), eq(emailTemplates.name, name)))
        .limit(1);
      // Written by `valuesOf` only.
      return row && { ...(row.content as unknown as Omit<EmailTemplate, 'name'>), name };
    },
    create: async (template) => {
      await db.insert(emailTemplates).values(valuesOf(template));
    },
    save: async (template) => {
      const values = valuesOf(template);
      await db
        .insert(emailTemplates)
        .values(values)
        .onConflictDoUpdate({
          target: [emailTemplates.tenantId, emailTemplates.name],
          set: { content: values.content, updatedAt: values.updatedAt },
        });
    },
  };
}

const { tenantId: _, sequence: __, ...columns } = getTableColumns(phoneTemplates);

export function createPhoneTemplateRepository({
  tenantId,
  session: { db },
}: RepositoryContext): PhoneTemplateRepository {
  const ofTenant = eq(phoneTemplates.tenantId, tenantId);
  const rowOf = (id: string) => and(ofTenant, eq(phoneTemplates.id, id));
  return {
    create: async ({ id, type, isDisabled, content }) => {
      const values = { tenantId, id, type, isDisabled, content };
      return first(await db.insert(phoneTemplates).values(values).returning(columns));
    },
    find: async (id) => {
      const [row] = await db.select(columns).from(phoneTemplates).where(rowOf(id)).limit(1);
      return row;
    },
    findByType: async (type) => {
      const [row] = await db
        .select(columns)
        .from(phoneTemplates)
        .where(and(ofTenant, eq(phoneTemplates.type, type)))
        .limit(1);
      return row;
    },
    list: () =>
      db.select(columns).from(phoneTemplates).where(ofTenant).orderBy(asc(phoneTemplates.sequence)),
    update: async (id, patch) => {
      const [row] = await db
        .update(phoneTemplates)
        .set({ ...pickPatch(patch, ['isDisabled', 'content']), updatedAt: new Date() })
        .where(rowOf(id))
        .returning(columns);
      return row;
    },
    delete: async (id) => {
      const deleted = await db
        .delete(phoneTemplates)
        .where(rowOf(id))
        .returning({ id: phoneTemplates.id });
      return deleted.length > 0;
    },
  };
}
