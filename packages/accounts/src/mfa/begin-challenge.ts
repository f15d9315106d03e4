import type {
  Authenticator,
  FactorChallenge,
  Multifactor,
  MultifactorContext,
  MultifactorSubject,
} from '@tessera/model';
import { factorTypeOf, listPhoneChannels, listUsableAuthenticators } from './factor-types.ts';
import { logFactor } from './multifactor-log.ts';
import type { MultifactorOptions } from './multifactor-services.ts';
import { noSuchFactor } from './proof-limits.ts';
import { askDevice } from './push-devices.ts';
import { sendCode } from './sent-codes.ts';
import { beginAssertion } from './webauthn.ts';

type ChallengeRequest = Parameters<Multifactor['beginChallenge']>[2];

/** See `Multifactor.beginChallenge`. */
export async function beginChallenge(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  request: ChallengeRequest,
): Promise<FactorChallenge> {
  const { user } = subject;
  const usable = await listUsableAuthenticators(context, user);
  const authenticator = usable.find(({ id }) => id === request.authenticatorId);
  if (!authenticator) throw noSuchFactor();
  const challenge = await begin(services, context, subject, { request, usable, authenticator });
  await logFactor(context, 'gd_start_auth', { at: services.clock.now(), user, authenticator });
  return challenge;
}

async function begin(
  services: MultifactorOptions,
  context: MultifactorContext,
  subject: MultifactorSubject,
  begun: {
    readonly request: ChallengeRequest;
    readonly usable: readonly Authenticator[];
    readonly authenticator: Authenticator;
  },
): Promise<FactorChallenge> {
  const { request, usable, authenticator } = begun;
  const { oobCode, resend } = request;
  const authenticatorId = authenticator.id;
  const type = factorTypeOf(authenticator.type);
  switch (type) {
    case 'otp':
    case 'recovery-code':
      return { kind: type, authenticatorId };
    case 'email': {
      const channel = 'email';
      const sent = { authenticator, purpose: 'challenge', channel, oobCode, resend } as const;
      return sendCode(services, context, subject, sent);
    }
    case 'phone': {
      const channel = choosePhoneChannel(context, request.channel ?? authenticator.preferredMethod);
      const sent = { authenticator, purpose: 'challenge', channel, oobCode, resend } as const;
      return sendCode(services, context, subject, sent);
    }
    case 'push-notification': {
      const asked = { authenticator, oobCode, resend };
      const name = await askDevice(services, context, subject, asked);
      return { kind: 'push', authenticatorId, oobCode: name };
    }
    case 'webauthn-roaming':
    case 'webauthn-platform': {
      const authenticators = usable.filter((other) => other.type === authenticator.type);
      return beginAssertion(services, context, subject, { type, authenticators, oobCode });
    }
    default:
      throw noSuchFactor();
  }
}

/** What was wished for, where the tenant has it; else what the tenant has. */
export function choosePhoneChannel(
  { tenant }: MultifactorContext,
  wished: 'sms' | 'voice' | undefined,
): 'sms' | 'voice' {
  const channels = listPhoneChannels(tenant.settings.mfa);
  return wished !== undefined && channels.includes(wished) ? wished : (channels[0] ?? 'sms');
}
