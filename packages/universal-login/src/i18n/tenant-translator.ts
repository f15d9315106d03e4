import type { Client, Store, Tenant } from '@tessera/model';
import { readBrand } from '../brand/read-brand.ts';
import { chooseLanguage, type LanguageWishes } from './choose-language.ts';
import { readCustomTexts } from './custom-texts.ts';
import { createTranslator, type Translator } from './translator.ts';

/** Speaks the language that a person wants and the tenant has, with the tenant's own texts. */
export async function loadTenantTranslator(
  store: Store,
  reader: {
    readonly tenant: Tenant;
    readonly client?: Client | undefined;
    readonly wishes: Omit<LanguageWishes, 'enabledLocales'>;
  },
): Promise<Translator> {
  const { tenant, client, wishes } = reader;
  const { enabledLocales } = tenant.settings;
  const language = chooseLanguage({ ...wishes, enabledLocales });
  const texts = await store.tenant(tenant.id).customTexts.list(language);
  if (texts.length === 0) return createTranslator(language);
  const { name } = readBrand(tenant, client);
  return createTranslator(language, readCustomTexts(texts), {
    tenant: name,
    application: client?.name ?? name,
  });
}
