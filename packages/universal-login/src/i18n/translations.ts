import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Texts of one language by key, e.g. `login.title`. */
export type Texts = ReadonlyMap<string, string>;

/** The language whose texts are complete; every other falls back to it, key by key. */
export const FALLBACK_LANGUAGE = 'en';

/** Works from `src` and from `dist`: both folders lie beside `translations`. */
const FOLDER = join(import.meta.dirname, '..', '..', 'translations');
const fileSchema = z.record(z.string(), z.string().min(1));

/**
 * Reads `translations/<language>/<area>.json`. A language is there when its folder is. Throws when a
 * folder is not named by a canonical language tag, or a key does not begin with its file's name.
 */
function readTranslations(): ReadonlyMap<string, Texts> {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  return new Map(folders.map(({ name }) => [name, readLanguage(name)]));
}

function readLanguage(language: string): Texts {
  if (Intl.getCanonicalLocales(language)[0] !== language) {
    throw new Error(`The folder translations/${language} is not named by a canonical language tag`);
  }
  const folder = join(FOLDER, language);
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return new Map(files.flatMap((file) => readFile(join(folder, file), file.slice(0, -5))));
}

function readFile(path: string, area: string): [string, string][] {
  const texts = Object.entries(fileSchema.parse(JSON.parse(readFileSync(path, 'utf8'))));
  const stray = texts.find(([key]) => !key.startsWith(`${area}.`));
  if (stray) throw new Error(`${path}: the key "${stray[0]}" does not begin with "${area}."`);
  return texts;
}

/** Everything that pages say, by language; read once. */
export const TRANSLATIONS: ReadonlyMap<string, Texts> = readTranslations();

/** Languages that the pages speak. */
export const LANGUAGES: readonly string[] = [...TRANSLATIONS.keys()].sort();
