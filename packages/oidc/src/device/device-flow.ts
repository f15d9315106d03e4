import type { DevicePage } from '@tessera/model';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { logActivationError, logCancelled } from '../logs/device-log.ts';
import { logLoginError } from '../logs/login-log.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';

type DeviceFlow = NonNullable<NonNullable<Configuration['features']>['deviceFlow']>;
type PageContext = Pick<KoaContextWithOIDC, 'req' | 'set' | 'type' | 'body' | 'status'>;

/** Problems of the code that was typed, by the names of oidc-provider's errors. */
const PROBLEMS: Readonly<Record<string, 'missing' | 'unknown' | 'expired' | 'used'>> = {
  NoCodeError: 'missing',
  NotFoundError: 'unknown',
  ExpiredError: 'expired',
  AlreadyUsedError: 'used',
};

/**
 * The `deviceFlow` feature (RFC 8628): a device without a browser shows a code, and a person types it on
 * a page here, sees which application asks, and logs in as everywhere else.
 */
export function createDeviceFlow(scope: IssuerScope): DeviceFlow {
  return {
    enabled: true,
    // 20^8 codes without vowels: no words come up, and ten minutes of guessing find none.
    charset: 'base-20',
    mask: '****-****',
    userCodeInputSource: (ctx, _form, _out, error) => askForCode(ctx, scope, error),
    async userCodeConfirmSource(ctx, _form, client, _deviceInfo, userCode) {
      await showDevicePage(ctx, scope, {
        kind: 'confirm',
        csrfToken: String(ctx.oidc.session?.state?.secret),
        userCode,
        clientName: client.clientName ?? client.clientId,
      });
    },
    async successSource(ctx) {
      const { client } = ctx.oidc;
      await showDevicePage(ctx, scope, {
        kind: 'done',
        clientName: client?.clientName ?? client?.clientId ?? '',
      });
    },
  };
}

/** Asks for the code, also again; says so when the activation has come to an end without a device. */
async function askForCode(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  error: Error | undefined,
): Promise<void> {
  const request = scope.requests.of(ctx);
  const csrfToken = String(ctx.oidc.session?.state?.secret);
  if (error === undefined) {
    const filledIn = request.userCode === undefined ? {} : { userCode: request.userCode };
    await showDevicePage(ctx, scope, { kind: 'code', csrfToken, ...filledIn });
    return;
  }
  const problem = PROBLEMS[error.name];
  if (error.name === 'AbortedError' || (problem === undefined && ctx.oidc.deviceCode)) {
    logEnd(ctx, scope, error);
    ctx.status = 200;
    await showDevicePage(ctx, scope, { kind: 'denied' });
    return;
  }
  if (problem === 'unknown') request.isUserCodeWrong = true;
  if (problem !== 'missing') logActivationError(ctx, scope, error);
  ctx.status = 400;
  if (problem !== undefined) {
    await showDevicePage(ctx, scope, { kind: 'code', csrfToken, problem });
    return;
  }
  // oidc-provider has noted a token on the session, but cannot save one that the browser does not have.
  Object.assign(ctx.oidc.session ?? {}, { touched: false });
  await showDevicePage(ctx, scope, { kind: 'gone' });
}

/** The person said no, or the login did. */
function logEnd(ctx: KoaContextWithOIDC, scope: IssuerScope, error: Error): void {
  if (error.name === 'AbortedError' && error.cause === undefined) logCancelled(ctx, scope);
  else logLoginError(ctx, scope, error.cause instanceof Error ? error.cause : error);
}

export async function showDevicePage(
  ctx: PageContext,
  scope: IssuerScope,
  page: DevicePage,
): Promise<void> {
  const { context } = scope.requests.of(ctx);
  ctx.set(scope.pages.headers(context));
  ctx.set('cache-control', 'no-store');
  ctx.type = 'html';
  ctx.body = await scope.pages.device(context, page);
}
