import type { AuthenticationMethod, RiskAssessment } from '@tessera/engine';
import type { JsonObject, MfaToken, MultifactorContext, UsableFactor } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { accessDenied } from '../dialect/dialect-error.ts';
import {
  type AvailableFactors,
  chooseChallenge,
  chooseDueStep,
  chooseEnrollment,
  type FactorStep,
} from '../post-login/choose-factors.ts';
import { findDueMultifactor, MULTI_FACTOR_ACR } from '../post-login/multifactor-policy.ts';
import { withoutMetadata } from '../post-login/save-metadata.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import { needsFactorForMfaApi } from '../provider/mfa-api.ts';
import type { ContinuedLogin } from './continued-login.ts';
import type { DirectLogin, ExchangedTypes } from './direct-login.ts';
import { grantErrors } from './grant-errors.ts';
import { findParameter } from './grant-parameters.ts';
import { createMultifactorContext, getMultifactor } from './multifactor-context.ts';
import type { PostLoginEnd } from './run-post-login.ts';

/** The login waits for a second factor: 403, with the token that the factor is proven with. */
export interface FactorRequired {
  readonly error: 'mfa_required';
  readonly error_description: string;
  readonly mfa_token: string;
  /** What may be used, or set up. */
  readonly mfa_requirements: {
    readonly challenge?: readonly { readonly type: string }[];
    readonly enroll?: readonly { readonly type: string }[];
  };
}

/** What an `mfa_token` keeps of the login. */
export interface WaitingLogin extends ContinuedLogin {
  readonly protocol: DirectLogin['protocol'];
  readonly gty: string;
  readonly methods: readonly AuthenticationMethod[];
  readonly actor?: JsonObject;
  readonly exchangedTypes?: ExchangedTypes;
  /** Kinds of factors that count. */
  readonly factors: readonly string[];
}

/** A login whose post-login has ended, or waits. */
interface JudgedLogin {
  readonly login: DirectLogin;
  readonly transactionId: string;
  readonly risk?: RiskAssessment;
  readonly outcome: PostLoginEnd;
}

/** The second factor that is due after a post-login run; undefined when none is. Rejects when none can be had. */
export async function askForFactor(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  judged: JudgedLogin,
): Promise<FactorRequired | undefined> {
  const { login, outcome } = judged;
  const { settings } = scope.requests.of(ctx).context.tenant;
  const due =
    outcome.kind === 'waiting'
      ? undefined
      : findDueMultifactor({
          policy: settings.mfa?.policy ?? 'never',
          requested: outcome.effects?.multifactor,
          acrValues: needsFactorForMfaApi(ctx, scope) ? [MULTI_FACTOR_ACR] : [],
          earlier: [],
          passed: login.methods,
          isRemembered: false,
          risk: judged.risk,
        });
  if (outcome.kind === 'completed' && due === undefined) return undefined;
  const multifactor = getMultifactor(scope);
  const context = await createMultifactorContext(ctx, scope);
  const usable = await multifactor.listUsableFactors(context, login.user);
  const available = { enabled: multifactor.listEnabledTypes(context.tenant), usable };
  const step =
    outcome.kind === 'waiting'
      ? stepForAction(outcome, available)
      : due && chooseDueStep(due, available);
  if (step === undefined) {
    throw accessDenied(
      'A second factor is required, but none that would do is set up or can be set up.',
    );
  }
  return await issueMfaToken(ctx, scope, { ...judged, context, step, usable });
}

/** What `challengeWith(Any)` or `enrollWith(Any)` asked for. */
function stepForAction(
  { suspension }: Extract<PostLoginEnd, { kind: 'waiting' }>,
  available: AvailableFactors,
): FactorStep | undefined {
  if (suspension.kind === 'challenge') return chooseChallenge(suspension, available);
  if (suspension.kind !== 'enrollment') return undefined;
  // Whoever has a factor shows it before another is set up, and an mfa_token cannot do both.
  if (available.usable.length > 0) {
    throw grantErrors.interactionRequired('Setting up a further factor needs a browser.');
  }
  return chooseEnrollment(suspension, available);
}

async function issueMfaToken(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  asked: JudgedLogin & {
    readonly context: MultifactorContext;
    readonly step: FactorStep;
    readonly usable: readonly UsableFactor[];
  },
): Promise<FactorRequired> {
  const { step, login, usable } = asked;
  const types = [...step.factors, ...step.additionalFactors].map(({ type }) => ({ type }));
  const audience = findParameter(ctx, 'audience');
  const requested = findParameter(ctx, 'scope');
  const facts: MfaToken = {
    userId: login.user.userId,
    clientId: ctx.oidc.client?.clientId ?? '',
    connectionId: login.connection.id,
    enrollmentAllowed: step.kind === 'enrollment' && usable.length === 0,
    ...(audience === undefined ? {} : { audience }),
    ...(requested === undefined ? {} : { scope: requested }),
    // Plain JSON: suspensions and effects are what came back from the sandbox.
    login: waitingLogin(scope.requests.of(ctx).executions, asked) as unknown as JsonObject,
  };
  return {
    error: 'mfa_required',
    error_description: 'Multifactor authentication required',
    mfa_token: await getMultifactor(scope).issueToken(asked.context, facts),
    mfa_requirements: step.kind === 'enrollment' ? { enroll: types } : { challenge: types },
  };
}

function waitingLogin(
  executions: readonly string[],
  asked: JudgedLogin & { readonly step: FactorStep },
): WaitingLogin {
  const { login, transactionId, risk, outcome, step } = asked;
  const { protocol, gty, methods, actor, exchangedTypes } = login;
  return {
    protocol,
    gty,
    methods,
    transactionId,
    executions: [...executions],
    factors: [...step.factors, ...step.additionalFactors].map(({ type }) => type),
    ...(actor === undefined ? {} : { actor }),
    ...(exchangedTypes === undefined ? {} : { exchangedTypes }),
    ...(risk === undefined ? {} : { risk }),
    ...(outcome.kind === 'waiting' ? { suspension: outcome.suspension } : {}),
    ...(outcome.kind === 'completed' && outcome.effects !== undefined
      ? { effects: withoutMetadata(outcome.effects) }
      : {}),
  };
}
