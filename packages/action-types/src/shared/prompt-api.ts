import type { Dictionary } from './json.ts';

/** What the person entered in a form that an action rendered. */
export interface EventPrompt {
  /** The form's id. */
  readonly id: string;
  /** By name of the field. */
  readonly fields?: Dictionary;
  /** What the form's own steps computed, with what the action gave it. */
  readonly vars?: Dictionary;
}

/** Forms in the middle of the flow. */
export interface PromptAPI<Api> {
  /**
   * Suspends the flow after this action and shows a form; what the person entered is in
   * `event.prompt` of this action's `onContinue...` handler.
   *
   * @param promptId The form's id.
   * @param promptOptions Values that the form starts with and can refer to. At most 16 kB together.
   */
  render(
    promptId: string,
    promptOptions?: {
      readonly fields?: { readonly [field: string]: unknown };
      readonly vars?: { readonly [variable: string]: unknown };
    },
  ): Api;
}
