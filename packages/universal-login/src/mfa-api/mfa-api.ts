import {
  type FactorChallenge,
  type FactorEnrollment,
  type MultifactorContext,
  SECOND_FACTOR_TYPES,
  type SecondFactorType,
  type UsableFactor,
} from '@tessera/model';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { allowOrigin } from '../api/signup-api.ts';
import type { UniversalLoginOptions } from '../options.ts';
import { invalidAccessToken, isAccessToken, requireAccess } from './access-token.ts';
import {
  checkClient,
  findCaller,
  findHolder,
  type MfaCaller,
  readBearer,
  requestContext,
} from './mfa-caller.ts';
import { MfaError, sendRefusal } from './mfa-error.ts';

/** Channels of out-of-band factors; `auth0` is a device that is asked. */
const channelSchema = z.enum(['sms', 'voice', 'email', 'auth0']);
type Channel = z.infer<typeof channelSchema>;

const challengeSchema = z.object({
  mfa_token: z.string().min(1),
  client_id: z.string(),
  client_secret: z.string().optional(),
  /** One or several of `otp` and `oob`, separated by spaces. Default: both. */
  challenge_type: z
    .string()
    .regex(/^(otp|oob)( (otp|oob))*$/)
    .default('otp oob'),
  authenticator_id: z.string().max(128).optional(),
  oob_channel: channelSchema.optional(),
});

const associateSchema = z.object({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  mfa_token: z.string().optional(),
  authenticator_types: z
    .array(z.enum(['otp', 'oob']))
    .min(1)
    .max(2),
  oob_channels: z.array(channelSchema).min(1).max(4).optional(),
  phone_number: z.string().max(64).optional(),
  email: z.string().max(320).optional(),
});

/** Adds `/mfa/challenge`, `/mfa/associate` and `/mfa/authenticators`. */
export function addMfaApi(app: FastifyInstance, options: UniversalLoginOptions): void {
  for (const path of [
    '/mfa/challenge',
    '/mfa/associate',
    '/mfa/authenticators',
    '/mfa/authenticators/:id',
  ]) {
    // Which application asks is in the request that follows, so every origin may ask.
    app.options(path, async (request, reply) => answerPreflight(request, reply));
  }

  app.post('/mfa/challenge', (request, reply) =>
    answer(request, reply, async () => {
      const body = readBody(challengeSchema, request.body);
      const caller = await findCaller(options, request, body.mfa_token);
      allowOrigin(request, reply, caller.client);
      checkClient(caller, body, true);
      const usable = await options.multifactor.listUsableFactors(caller.mfa, caller.subject.user);
      const factor = chooseFactor(usable, body);
      const { authenticatorId } = factor;
      const { oob_channel: channel } = body;
      const challenge = await options.multifactor.beginChallenge(caller.mfa, caller.subject, {
        authenticatorId,
        ...(channel === 'sms' || channel === 'voice' ? { channel } : {}),
      });
      return reply.send(writeChallenge(challenge));
    }),
  );

  app.post('/mfa/associate', (request, reply) =>
    answer(request, reply, async () => {
      const token = readBearer(request);
      const body = readBody(associateSchema, request.body);
      const caller = isAccessToken(token)
        ? await findHolder(options, request, token)
        : await findCaller(options, request, token);
      allowOrigin(request, reply, caller.client);
      checkClient(caller, body, false);
      await checkEnrollment(options, caller);
      const channel = body.oob_channels?.[0];
      const type = chooseType(body.authenticator_types[0], channel);
      const { phone_number: phoneNumber, email } = body;
      const begun = await options.multifactor.beginEnrollment(caller.mfa, caller.subject, {
        type,
        withRecoveryCode: true,
        ...(phoneNumber === undefined ? {} : { phoneNumber }),
        ...(email === undefined ? {} : { email }),
        ...(channel === 'sms' || channel === 'voice' ? { channel } : {}),
      });
      const { recoveryCode } = begun;
      return reply.send({
        ...writeEnrollment(begun.enrollment),
        ...(recoveryCode === undefined ? {} : { recovery_codes: [recoveryCode] }),
      });
    }),
  );

  addAuthenticatorRoutes(app, options);
}

/** A login that waits sees what it may use; whoever has logged in sees and removes their own. */
function addAuthenticatorRoutes(app: FastifyInstance, options: UniversalLoginOptions): void {
  const { multifactor } = options;
  app.get('/mfa/authenticators', (request, reply) =>
    answer(request, reply, async () => {
      const token = readBearer(request);
      if (isAccessToken(token)) {
        const mfa = requestContext(options, request);
        const scope = 'read:authenticators';
        const { user, clientId } = await requireAccess(multifactor, mfa, { token, scope });
        await allowOriginOf(request, reply, { mfa, clientId });
        const own = await multifactor.listUsableFactors(mfa, user);
        return reply.send(own.flatMap(writeAuthenticator));
      }
      const caller = await findCaller(options, request, token);
      allowOrigin(request, reply, caller.client);
      const usable = await multifactor.listUsableFactors(caller.mfa, caller.subject.user);
      return reply.send(usable.flatMap(writeAuthenticator));
    }),
  );

  app.delete<{ Params: { id: string } }>('/mfa/authenticators/:id', (request, reply) =>
    answer(request, reply, async () => {
      const mfa = requestContext(options, request);
      // An mfa_token is refused here like any text that is no access token.
      const token = readBearer(request);
      const scope = 'remove:authenticators';
      const { user, clientId } = await requireAccess(multifactor, mfa, { token, scope });
      await allowOriginOf(request, reply, { mfa, clientId });
      const usable = await multifactor.listUsableFactors(mfa, user);
      const factor = usable.find((candidate) => isNamed(candidate, request.params.id));
      if (factor) await multifactor.removeFactor(mfa, user, factor.authenticatorId);
      else throw new MfaError(404, 'not_found', 'There is no such authenticator.');
      return reply.code(204).send();
    }),
  );
}

async function allowOriginOf(
  request: FastifyRequest,
  reply: FastifyReply,
  caller: { readonly mfa: MultifactorContext; readonly clientId: string },
): Promise<void> {
  const client = await caller.mfa.store.clients.find(caller.clientId);
  if (!client) throw invalidAccessToken();
  allowOrigin(request, reply, client);
}

async function answer(
  _request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  reply.headers({ 'cache-control': 'no-store', vary: 'origin' });
  try {
    return await work();
  } catch (error) {
    return sendRefusal(reply, error);
  }
}

function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { origin } = request.headers;
  if (origin !== undefined) {
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST, DELETE',
      'access-control-allow-headers': 'authorization, content-type, auth0-client',
      'access-control-max-age': '600',
    });
  }
  return reply.header('vary', 'origin').code(204).send();
}

function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new MfaError(
    400,
    'invalid_request',
    place === '' ? 'The body must be an object.' : `Invalid or missing parameter: ${place}`,
  );
}

/**
 * Whoever has a factor cannot bring another one with a password alone; an access token has seen one. Asked
 * again here: a factor may have been set up since the token was made.
 */
async function checkEnrollment(
  options: UniversalLoginOptions,
  { mfa, subject, mayEnroll }: MfaCaller,
): Promise<void> {
  if (mayEnroll === 'further') return;
  const usable = await options.multifactor.listUsableFactors(mfa, subject.user);
  if (mayEnroll === 'none' || usable.length > 0) {
    throw new MfaError(403, 'access_denied', 'User is already enrolled.');
  }
}

const CHANNELS: Readonly<Record<SecondFactorType, readonly Channel[]>> = {
  otp: [],
  phone: ['sms', 'voice'],
  email: ['email'],
  'push-notification': ['auth0'],
  'webauthn-roaming': [],
  'webauthn-platform': [],
  'recovery-code': [],
};

/** The factor that is named, or the strongest that fits what is asked for. */
function chooseFactor(
  usable: readonly UsableFactor[],
  body: z.infer<typeof challengeSchema>,
): UsableFactor {
  const kinds = body.challenge_type.split(' ');
  const { oob_channel: channel, authenticator_id: id } = body;
  const fits = ({ type }: UsableFactor) => {
    const channels = CHANNELS[type];
    if (type === 'otp') return kinds.includes('otp');
    return (
      kinds.includes('oob') &&
      channels.length > 0 &&
      (channel === undefined || channels.includes(channel))
    );
  };
  const factor = usable.find(
    (candidate) => fits(candidate) && (id === undefined || isNamed(candidate, id)),
  );
  if (factor) return factor;
  throw id === undefined
    ? new MfaError(
        403,
        'unsupported_challenge_type',
        'User does not have any of the requested factors.',
      )
    : new MfaError(403, 'invalid_grant', 'There is no such authenticator, or it is not active.');
}

/** A phone goes by the ids of its ways, too. */
function isNamed({ authenticatorId, type }: UsableFactor, id: string): boolean {
  if (authenticatorId === id) return true;
  return type === 'phone' && /^(sms|voice)\|/.test(id)
    ? authenticatorId.split('|')[1] === id.split('|')[1]
    : false;
}

function chooseType(kind: 'otp' | 'oob' | undefined, channel: Channel | undefined) {
  if (kind === 'otp') return 'otp';
  if (channel === undefined) {
    throw new MfaError(400, 'invalid_request', 'Invalid or missing parameter: oob_channels');
  }
  const type = SECOND_FACTOR_TYPES.find((candidate) => CHANNELS[candidate].includes(channel));
  if (type === undefined) throw new Error(`No factor has the channel ${channel}`);
  return type;
}

function writeChallenge(challenge: FactorChallenge): object {
  if (challenge.kind === 'otp') return { challenge_type: 'otp' };
  if (challenge.kind === 'push') return { challenge_type: 'oob', oob_code: challenge.oobCode };
  if (challenge.kind !== 'code') throw new Error(`A ${challenge.kind} challenge has no wire form`);
  return { challenge_type: 'oob', oob_code: challenge.oobCode, binding_method: 'prompt' };
}

function writeEnrollment(enrollment: FactorEnrollment): object {
  switch (enrollment.kind) {
    case 'otp':
      return {
        authenticator_type: 'otp',
        secret: enrollment.secret,
        barcode_uri: enrollment.barcodeUri,
      };
    case 'push':
      return {
        authenticator_type: 'oob',
        barcode_uri: enrollment.barcodeUri,
        oob_channel: 'auth0',
        oob_code: enrollment.oobCode,
      };
    case 'code':
      return {
        authenticator_type: 'oob',
        binding_method: 'prompt',
        oob_channel: enrollment.channel,
        oob_code: enrollment.oobCode,
      };
    default:
      throw new Error(`An enrollment of ${enrollment.kind} has no wire form`);
  }
}

/** Browsers' keys are not for programs. A phone is told once per way. */
function writeAuthenticator({ authenticatorId: id, type, label, options }: UsableFactor): object[] {
  const name = label === undefined ? {} : { name: label };
  const active = true;
  switch (type) {
    case 'otp':
      return [{ id, authenticator_type: 'otp', active }];
    case 'recovery-code':
      return [{ id, authenticator_type: 'recovery-code', active }];
    case 'push-notification':
      return [{ id, authenticator_type: 'oob', active, oob_channel: 'auth0', ...name }];
    case 'email':
      return [{ id, authenticator_type: 'oob', active, oob_channel: 'email', ...name }];
    case 'phone': {
      const channel = options?.preferredMethod === 'voice' ? 'voice' : 'sms';
      const shown = `${channel}|${id.split('|')[1] ?? ''}`;
      return [{ id: shown, authenticator_type: 'oob', active, oob_channel: channel, ...name }];
    }
    default:
      return [];
  }
}
