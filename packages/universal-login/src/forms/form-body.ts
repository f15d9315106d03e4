import { PAGE_LIMITS } from '../limits.ts';
import { isState } from '../login-session.ts';
import { FORM_CHANGED, PageProblemError, TRANSACTION_UNKNOWN } from '../page-problem.ts';
import type { FormProblem } from './form-state.ts';

/** A posted form: what can be used, and what is wrong with the rest. */
export interface FormBody {
  readonly state: string;
  /** Empty when missing or malformed; then it fits nothing. */
  readonly csrfToken: string;
  /** Texts by field; a missing, repeated or oversized field is the empty text. */
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly FormProblem[];
}

/**
 * Reads a form with the named fields. Throws `PageProblemError` without a usable `state`, or with
 * members that our pages do not send.
 */
export function readFormBody(body: unknown, names: readonly string[]): FormBody {
  const members: Record<string, unknown> = { ...(typeof body === 'object' ? body : {}) };
  const { state, csrf_token: csrfToken, ...fields } = members;
  if (!isState(state)) throw new PageProblemError(TRANSACTION_UNKNOWN);
  if (Object.keys(fields).some((name) => !names.includes(name))) {
    throw new PageProblemError(FORM_CHANGED);
  }
  const problems: FormProblem[] = [];
  const values = Object.fromEntries(
    names.map((name) => {
      const value = fields[name] ?? '';
      if (typeof value !== 'string') {
        problems.push({ name, message: { key: 'common.field-repeated' } });
        return [name, ''];
      }
      if (value.length > PAGE_LIMITS.fieldLength) {
        const values = { max: PAGE_LIMITS.fieldLength };
        problems.push({ name, message: { key: 'common.field-too-long', values } });
        return [name, ''];
      }
      return [name, value];
    }),
  );
  return { state, csrfToken: typeof csrfToken === 'string' ? csrfToken : '', values, problems };
}
