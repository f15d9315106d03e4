import type { JsonObject } from '@tessera/model';
import { jsonLength } from '../json/byte-budget.ts';
import { isJsonObject } from '../json/clone-json.ts';
import { FORM_VALUES_MAX_BYTES } from '../limits.ts';
import { json, type Rule } from './rules.ts';
import { hasOnly } from './simple-rules.ts';

/** What a form starts with. */
export interface FormValues {
  readonly fields: JsonObject;
  readonly vars: JsonObject;
}

/** Options of a recorded `prompt.render`. */
export const formValues: Rule<FormValues> = {
  demand: `must hold at most ${FORM_VALUES_MAX_BYTES} bytes as JSON`,
  accepts: (value): value is FormValues =>
    isJsonObject(value) &&
    hasOnly(value, ['fields', 'vars']) &&
    isJsonObject(value.fields) &&
    isJsonObject(value.vars) &&
    json.accepts(value) &&
    jsonLength(value) <= FORM_VALUES_MAX_BYTES,
};
