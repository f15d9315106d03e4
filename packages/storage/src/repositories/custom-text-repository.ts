import type { CustomTextRepository } from '@tessera/model';
import { and, asc, eq } from 'drizzle-orm';
import { customTexts } from '../schema/index.ts';
import { type RepositoryContext, readCached } from './context.ts';

export function createCustomTextRepository(context: RepositoryContext): CustomTextRepository {
  const { tenantId, session } = context;
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
      } else {
        await db
          .insert(customTexts)
          .values({ tenantId, prompt, language, texts })
          .onConflictDoUpdate({
            target: [customTexts.tenantId, customTexts.prompt, customTexts.language],
            set: { texts },
          });
      }
      session.changed({ tenantId, kind: 'customTexts' });
    },
    // Every page asks.
    list: (language) =>
      readCached(context, { kind: 'customTexts', key: language }, () =>
        db
          .select({ prompt: customTexts.prompt, texts: customTexts.texts })
          .from(customTexts)
          .where(and(eq(customTexts.tenantId, tenantId), eq(customTexts.language, language)))
          .orderBy(asc(customTexts.prompt)),
      ),
  };
}
