import type { CustomTextRepository } from '@tessera/model';
import { and, eq } from 'drizzle-orm';
import { customTexts } from '../schema/index.ts';
import type { RepositoryContext } from './context.ts';

export function createCustomTextRepository({
  tenantId,
  session,
}: RepositoryContext): CustomTextRepository {
  const { db } = session;
  const ofPrompt = (prompt: string, language: string) =>
    and(
      eq(customTexts.tenantId, tenantId),
      eq(customTexts.prompt, prompt),
      eq(customTexts.language, language),
    );
  return {
    find: async (prompt, language) => {
      const rows = await db
        .select({ texts: customTexts.texts })
        .from(customTexts)
        .where(ofPrompt(prompt, language));
      return rows[0]?.texts ?? {};
    },
    replace: async (prompt, language, texts) => {
      if (Object.keys(texts).length === 0) {
        await db.delete(customTexts).where(ofPrompt(prompt, language));
        return;
      }
      await db
        .insert(customTexts)
        .values({ tenantId, prompt, language, texts })
        .onConflictDoUpdate({
          target: [customTexts.tenantId, customTexts.prompt, customTexts.language],
          set: { texts },
        });
    },
    list: (language) =>
      db
        .select({ prompt: customTexts.prompt, texts: customTexts.texts })
        .from(customTexts)
        .where(and(eq(customTexts.tenantId, tenantId), eq(customTexts.language, language))),
  };
}
