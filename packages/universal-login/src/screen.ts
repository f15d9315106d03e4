import type { FormState } from './forms/form-state.ts';
import type { TextValues, Translator } from './i18n/translator.ts';
import type { FormTargets } from './security-headers.ts';

/**
 * A page that people see. Its name is its template's: `login/login` is
 * `templates/login/login.liquid`. `Data` is what the template reads besides the members that every
 * page has (see `templates.ts`); members may be null, never absent.
 */
export interface Screen<Data extends object> {
  readonly name: string;
  /** Key of the title. */
  readonly title: string;
  /** What stands in the placeholders of the title. */
  readonly titleValues?: TextValues;
  readonly forms: FormTargets;
  /** Names of files in `assets/scripts`, without `.js`. The page must do without them. */
  readonly scripts?: readonly string[];
  /** Examples by name, for the screenshots and the tests that look at every screen. */
  readonly samples: Readonly<Record<string, ScreenSample<Data>>>;
}

/** What a screen may look like. */
interface ScreenSample<Data extends object> {
  data(t: Translator): Data;
  /** For a form that was refused. */
  readonly form?: FormState;
}

/** Says what a screen is; gives the type of its data to `showScreen`. */
export function defineScreen<Data extends object>(screen: Screen<Data>): Screen<Data> {
  return screen;
}
