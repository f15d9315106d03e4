import type { JsonObject } from '../json.ts';

/** A tenant's own texts of one prompt in one language: `{screen: {key: text}}`. */
export interface CustomTexts {
  readonly prompt: string;
  readonly texts: JsonObject;
}

/** Texts that a tenant shows in place of the pages' own. Prompts and keys are the management API's. */
export interface CustomTextRepository {
  /** Empty when none were set. */
  find(prompt: string, language: string): Promise<JsonObject>;
  /** Replaces all texts of the prompt in the language; an empty object removes them. */
  replace(prompt: string, language: string, texts: JsonObject): Promise<void>;
  /** Every prompt that has texts in the language. */
  list(language: string): Promise<readonly CustomTexts[]>;
}
