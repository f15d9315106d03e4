import type {
  CorrelatedTransaction,
  PostLoginEvent,
  PreUserRegistrationEvent,
  RegistrationTransaction,
  ResponseMode,
  TransactionProtocol,
} from '@tessera/action-types';
import type { RequestFacts, Tenant } from '@tessera/model';
import { withoutUndefined } from '../../json/without-undefined.ts';
import { chooseLocale } from '../../locale/choose-locale.ts';
import type { PostLoginFacts, RegistrationFacts } from '../facts.ts';

/** `event.transaction` of a login. Its metadata is empty until actions fill it. */
export function buildPostLoginTransaction(
  facts: PostLoginFacts['transaction'],
): NonNullable<PostLoginEvent['transaction']> {
  return {
    ...withoutUndefined({
      ...buildRequested(facts),
      id: facts.id,
      correlation_id: facts.correlationId,
      linking_id: facts.linkingId,
      locale: facts.locale,
      requested_authorization_details: facts.requestedAuthorizationDetails?.map((details) => ({
        ...details,
        type: String(details.type),
      })),
      subject_token_type: facts.subjectTokenType,
      actor_token_type: facts.actorTokenType,
      actor: facts.actor as NonNullable<PostLoginEvent['transaction']>['actor'],
    }),
    metadata: {},
  };
}

/** `event.transaction` before a registration. Absent when no application is involved. */
export function buildPreUserRegistrationTransaction({
  tenant,
  transaction,
  request,
}: RegistrationFacts): PreUserRegistrationEvent['transaction'] {
  if (transaction === undefined) return undefined;
  return withoutUndefined({
    ...buildRequested(transaction),
    locale: transaction.locale ?? localeOf(tenant, request),
    correlation_id: transaction.correlationId,
  });
}

/** `event.transaction` after a registration. */
export function buildPostUserRegistrationTransaction(
  facts: RegistrationFacts,
): RegistrationTransaction | undefined {
  const built = buildPreUserRegistrationTransaction(facts);
  if (built === undefined) return undefined;
  const { correlation_id: _, ...transaction } = built;
  return transaction;
}

/** The tenant's language that the browser's first wish comes nearest to. */
export function localeOf({ settings }: Tenant, { language }: RequestFacts): string {
  const { enabledLocales } = settings;
  return chooseLocale({ acceptLanguage: language, enabledLocales });
}

/** What the application asked for. */
function buildRequested(facts: NonNullable<RegistrationFacts['transaction']>) {
  return withoutUndefined({
    acr_values: [...facts.acrValues],
    login_hint: facts.loginHint,
    prompt: facts.prompt && [...facts.prompt],
    protocol: facts.protocol as TransactionProtocol,
    redirect_uri: facts.redirectUri,
    requested_scopes: [...facts.requestedScopes],
    response_mode: facts.responseMode as ResponseMode | undefined,
    response_type: facts.responseType && [...facts.responseType],
    state: facts.state,
    ui_locales: [...facts.uiLocales],
  });
}

/** `event.transaction` where nothing but the correlation is known; absent without one. */
export function buildCorrelation(
  correlationId: string | undefined,
): CorrelatedTransaction | undefined {
  return correlationId === undefined ? undefined : { correlation_id: correlationId };
}
