import type { JsonObject } from '../json.ts';

/** Node of a form that stands for its end. */
export const FORM_ENDING = '$ending';

/** A choice of a field. */
export interface FormOption {
  readonly value: string;
  readonly label: string;
}

interface FormFieldBase {
  /** Name of the value in `event.prompt.fields`. */
  readonly id: string;
  readonly category: 'FIELD';
  readonly label?: string;
  readonly hint?: string;
  readonly required?: boolean;
  /** The value goes to the Action and nowhere else; a page that comes back does not show it. */
  readonly sensitive?: boolean;
}

/** What a person fills in. `config` as the management API has it. */
export type FormField = FormFieldBase &
  (
    | {
        readonly type: 'TEXT' | 'TEL';
        readonly config?: {
          readonly multiline?: boolean;
          readonly default_value?: string;
          readonly placeholder?: string;
          readonly min_length?: number;
          readonly max_length?: number;
        };
      }
    | {
        readonly type: 'EMAIL' | 'URL';
        readonly config?: { readonly default_value?: string; readonly placeholder?: string };
      }
    | {
        readonly type: 'NUMBER';
        readonly config?: {
          readonly default_value?: number;
          readonly placeholder?: string;
          readonly min_value?: number;
          readonly max_value?: number;
        };
      }
    | {
        readonly type: 'BOOLEAN';
        readonly config?: {
          readonly default_value?: boolean;
          readonly options?: { readonly true?: string; readonly false?: string };
        };
      }
    | {
        readonly type: 'CHOICE' | 'DROPDOWN';
        readonly config?: {
          readonly multiple?: boolean;
          readonly options?: readonly FormOption[];
          readonly default_value?: string | readonly string[];
          readonly placeholder?: string;
        };
      }
    | {
        readonly type: 'DATE';
        readonly config?: { readonly format?: 'DATE' | 'TIME'; readonly default_value?: string };
      }
    | { readonly type: 'LEGAL'; readonly config?: { readonly text?: string } }
  );

/** What a step shows besides fields. */
export type FormBlock = { readonly id: string; readonly category: 'BLOCK' } & (
  | { readonly type: 'RICH_TEXT' | 'HTML'; readonly config?: { readonly content?: string } }
  | { readonly type: 'DIVIDER'; readonly config?: { readonly text?: string } }
  | { readonly type: 'NEXT_BUTTON' | 'PREVIOUS_BUTTON'; readonly config: { readonly text: string } }
);

export type FormComponent = FormField | FormBlock;

/** A page of a form. */
export interface FormStep {
  readonly id: string;
  readonly type: 'STEP';
  readonly alias?: string;
  readonly config?: {
    readonly components?: readonly FormComponent[];
    /** Id of a node, or `FORM_ENDING`. */
    readonly next_node?: string;
  };
}

/** A form as the management API describes it, as far as it is rendered here. */
export interface FormContent {
  readonly nodes?: readonly FormStep[];
  readonly start?: {
    readonly next_node?: string;
    readonly hidden_fields?: readonly { readonly key: string; readonly value?: string }[];
  };
  readonly ending?: { readonly resume_flow?: true };
  readonly languages?: { readonly primary?: string; readonly default?: string };
  /** Texts by language: `{components: {<id>: {label, hint, config}}}`. */
  readonly translations?: JsonObject;
  /** Own texts for errors, by their code. */
  readonly messages?: { readonly errors?: Readonly<Record<string, string>> };
}

/** A declarative form that Actions render. */
export interface Form {
  /** `ap_` and 22 letters and digits. */
  readonly id: string;
  readonly name: string;
  /** What the management API accepted; `FormContent` and members without a meaning here. */
  readonly content: FormContent & JsonObject;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Last time that a person sent it. */
  readonly submittedAt?: Date;
}

/** Input of `FormRepository.create`. */
export type NewForm = Pick<Form, 'id' | 'name' | 'content'>;
