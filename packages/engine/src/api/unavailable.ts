import type { ApiContext, GroupContext } from './api-context.ts';

/**
 * One call of a method whose flow does not exist here. Arguments are checked first, so that mistakes
 * show all the same; then the action fails, even if it catches the error: a login that was to be
 * challenged must not go on as if it had been.
 */
export function refuseCall<Api>(
  context: GroupContext<Api>,
  method: string,
  checkArguments: () => void,
): Api {
  if (!context.recorder.isOpen(method)) return context.api();
  checkArguments();
  return context.recorder.refuse(unavailableError(method));
}

/** `refuseCall` for a method that answers with a promise. */
export function refuseQuestion(
  context: ApiContext,
  method: string,
  checkArguments: () => void,
): Promise<never> {
  checkArguments();
  const error = unavailableError(method);
  if (context.recorder.isOpen(method)) return context.recorder.refuse(error);
  throw error;
}

function unavailableError(method: string): Error {
  return new Error(
    `api.${method} is not available in this version of Tessera, so the login was refused`,
  );
}
