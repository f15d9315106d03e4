import type { Suspension, TriggerEffects } from '@tessera/engine';
import type { LoginStepCause } from '@tessera/model';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { logPrompt } from '../logs/login-log.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { findAvailableFactors } from './available-factors.ts';
import { chooseChallenge, chooseEnrollment } from './choose-factors.ts';
import { hasMultifactor } from './multifactor-policy.ts';
import type { PendingLogin } from './pending-login.ts';
import { refuse } from './refuse-login.ts';
import { withoutMetadata } from './save-metadata.ts';
import { reportRefusal, reportUnserved, unservedSuspension } from './unserved.ts';

/** What a login waits for. */
interface Wait {
  readonly suspension?: Suspension;
  readonly step?: LoginStepCause;
  readonly effects?: TriggerEffects;
  readonly userId?: string;
}

/** Notes with the request that its login waits; true, which is what a prompt says that asks for something. */
export function waitFor(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  waiting: { readonly login: PendingLogin; readonly wait: Wait },
): true {
  const { login, wait } = waiting;
  const { suspension, effects, ...rest } = wait;
  const { transactionId, progress, authentication } = login;
  const state = scope.requests.of(ctx);
  state.suspension = {
    ...rest,
    ...(suspension === undefined
      ? {}
      : { suspension: { ...suspension, effects: withoutMetadata(suspension.effects) } }),
    ...(effects === undefined ? {} : { effects: withoutMetadata(effects) }),
    progress,
    hasPassedFactor:
      hasMultifactor(progress.passed) || hasMultifactor(authentication.authenticationMethods),
    ...passwordOf(login),
    transactionId,
    executions: [...state.executions],
  };
  const isPrompted = rest.step !== undefined && rest.step.kind !== 'form';
  if (isPrompted && !ctx.oidc.prompts.has('none')) logPrompt(ctx, scope, progress.risk);
  return true;
}

function passwordOf({ isFresh, authentication }: PendingLogin) {
  const isByPassword = authentication.authenticationMethods.some(({ name }) => name === 'pwd');
  return isFresh && isByPassword ? { passwordConnectionId: authentication.connectionId } : {};
}

/**
 * Lets a login wait for what an Action asked for. Rejects when it cannot be done: an address that is no
 * web page, factors of which the person has none, a form that does not exist.
 */
export async function suspendLogin(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  suspended: { readonly login: PendingLogin; readonly suspension: Suspension },
): Promise<true> {
  const { login, suspension } = suspended;
  if (ctx.oidc.prompts.has('none')) {
    const { executionId } = suspension;
    const wish = unservedSuspension(suspension);
    const message = await reportUnserved(scope.store, executionId, wish);
    return await refuse(ctx, scope, new errors.InteractionRequired(message));
  }
  const found = await findStep(ctx, scope, suspended);
  if ('problem' in found) {
    const { executionId } = suspension;
    const { methods } = unservedSuspension(suspension);
    const message = await reportRefusal(scope.store, executionId, {
      methods,
      message: (method) => `${found.problem} (api.${method}).`,
    });
    return await refuse(ctx, scope, new errors.AccessDenied(message));
  }
  return waitFor(ctx, scope, { login, wait: { suspension, ...found } });
}

async function findStep(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  { login, suspension }: { readonly login: PendingLogin; readonly suspension: Suspension },
): Promise<{ readonly step?: LoginStepCause } | { readonly problem: string }> {
  switch (suspension.kind) {
    case 'redirect':
      return isWebUrl(suspension.url)
        ? {}
        : { problem: 'An action redirects to an address that is no web page' };
    case 'challenge': {
      const step = chooseChallenge(suspension, await findAvailableFactors(ctx, scope, login.user));
      const problem =
        'An action asked for a factor of which the person has none that the tenant has enabled';
      return step === undefined ? { problem } : { step };
    }
    case 'enrollment': {
      const step = chooseEnrollment(suspension, await findAvailableFactors(ctx, scope, login.user));
      const problem = 'An action asked to set up a factor of which the tenant has enabled none';
      return step === undefined ? { problem } : { step };
    }
    case 'form': {
      const { formId, fields, vars } = suspension;
      const form = await scope.store.forms.find(formId);
      const problem = `An action asked for the form "${formId.slice(0, 64)}", which does not exist`;
      return form === undefined ? { problem } : { step: { kind: 'form', formId, fields, vars } };
    }
  }
}

/** Browsers are sent to web pages only: other schemes run script or start programs. */
function isWebUrl(url: string): boolean {
  const protocol = URL.parse(url)?.protocol;
  return protocol === 'https:' || protocol === 'http:';
}
