import { AppError, createCode, inSeconds, type JsonObject, readAddressBlock } from '@tessera/model';
import { TooManyAttemptsError } from '../account-errors.ts';
import { buildLogEntry } from '../account-log.ts';
import { LIMITS } from '../limits.ts';
import {
  type PasswordlessAddress,
  type PasswordlessOptions,
  parseAddress,
  parsePasswordlessOptions,
} from './passwordless-options.ts';
import type {
  PasswordlessContext,
  PasswordlessServices,
  PasswordlessStart,
} from './passwordless-services.ts';
import { saveCode, saveLink } from './pending-codes.ts';

/** Bytes of randomness in a link. */
const LINK_SECRET_BYTES = 32;

/** See `Passwordless.start`. */
export async function startPasswordless(
  services: PasswordlessServices,
  context: PasswordlessContext,
  input: PasswordlessStart,
): Promise<{ readonly address: string }> {
  const options = parsePasswordlessOptions(input.connection);
  if (input.send === 'link' && input.connection.strategy !== 'email') {
    throw new AppError('invalid_body', 'A link can be sent by e-mail only.');
  }
  if (JSON.stringify(input.authParams ?? {}).length > LIMITS.authParamsLength) {
    const message = `authParams must have at most ${LIMITS.authParamsLength} characters.`;
    throw new AppError('invalid_body', message);
  }
  const address = parseAddress(input.connection, input.address);
  await admitStart(services, context, { input, address });
  const send = () => sendTo(services, context, { input, options, address });
  await (options.isSignUpDisabled ? takeAtLeast(LIMITS.passwordlessFloorMs, send) : send());
  return { address: address.text };
}

interface Sending {
  readonly input: PasswordlessStart;
  readonly options: PasswordlessOptions;
  readonly address: PasswordlessAddress;
}

async function sendTo(
  services: PasswordlessServices,
  context: PasswordlessContext,
  sending: Sending,
): Promise<void> {
  const { input, options, address } = sending;
  const { connection } = input;
  const user = await context.store.users.findByIdentifier(connection.name, address.identifier);
  if (user === undefined && options.isSignUpDisabled) return;
  await context.store.transaction(async (tx) => {
    const secrets = await saveSecret(services, { ...context, store: tx }, sending);
    const messageContext = {
      tenant: context.tenant,
      store: tx,
      baseUrl: context.baseUrl,
      client: context.client,
      connection,
      request: context.request,
      ...(input.languages === undefined ? {} : { languages: input.languages }),
    };
    const person = user === undefined ? {} : { user };
    if (connection.strategy === 'email') {
      const variables = { ...secrets, send: input.send, email: address.text, operation: 'login' };
      await services.messages.sendEmail(
        messageContext,
        { template: 'passwordless_email', to: address.text, ...person, variables },
        { transaction: tx.sql },
      );
    } else {
      const code = secrets.code ?? '';
      await services.messages.sendPhoneMessage(
        messageContext,
        { to: address.text, via: 'sms', purpose: 'otp-verify', code, ...person },
        { transaction: tx.sql },
      );
    }
    await tx.logs.append(describeSending(services, context, sending));
  });
}

/** Notes what is about to be sent; returns what the message says. */
async function saveSecret(
  { randomBytes, clock }: PasswordlessServices,
  { store, client, baseUrl }: PasswordlessContext,
  { input, options, address }: Sending,
): Promise<{ readonly code?: string; readonly link?: string }> {
  const { connection, authParams = {} } = input;
  const expiresAt = inSeconds(clock, options.lifetimeSeconds);
  const { clientId } = client;
  if (input.send === 'link') {
    const secret = Buffer.from(randomBytes(LINK_SECRET_BYTES)).toString('base64url');
    const link = { connectionId: connection.id, address: address.text, clientId, authParams };
    await saveLink(store, connection, { secret, link, expiresAt });
    return { link: `${linkAddress(baseUrl)}?ticket=${secret}` };
  }
  const code = createCode(randomBytes, options.codeLength);
  const use = { address: address.text, code, clientId };
  await saveCode(store, connection, { use, expiresAt });
  return { code };
}

const linkAddress = (baseUrl: string): string => `${baseUrl}passwordless/verify_redirect`;

/** The entry names what was sent to whom, never the code; of a link only where it leads. */
function describeSending(
  { clock }: PasswordlessServices,
  context: PasswordlessContext,
  { input, address }: Sending,
) {
  const { connection, send, logged } = input;
  const isEmail = connection.strategy === 'email';
  const body: JsonObject = {
    client_id: context.client.clientId,
    connection: connection.name,
    [isEmail ? 'email' : 'phone_number']: address.text,
    send,
    tenant: context.tenant.name,
    ...(isEmail ? {} : { username: address.text, ip: context.request.ip }),
    ...logged,
  };
  return buildLogEntry(context, {
    type: isEmail ? 'cls' : 'cs',
    at: clock.now(),
    description: isEmail ? 'Code/Link Sent' : 'Code Sent',
    connection,
    userName: address.text,
    details: {
      body,
      ...(isEmail ? { link: send === 'link' ? linkAddress(context.baseUrl) : '' } : {}),
    },
  });
}

/** Counts what one network address asks for, and what one person is sent. */
async function admitStart(
  { rateLimits, clock }: PasswordlessServices,
  context: PasswordlessContext,
  { input, address }: Pick<Sending, 'input' | 'address'>,
): Promise<void> {
  const { tenant, request, store } = context;
  const { connection } = input;
  const counters = [
    {
      key: `passwordless-from:${tenant.id}:${readAddressBlock(request.ip)}`,
      limit: LIMITS.passwordlessStartsPerAddress,
    },
    {
      key: `passwordless-to:${tenant.id}:${connection.id}:${address.text}`,
      limit: LIMITS.passwordlessStartsPerPerson,
    },
  ];
  for (const { key, limit } of counters) {
    const window = LIMITS.passwordlessWindowSeconds;
    const { count, resetsInMs } = await rateLimits.consume(key, window);
    if (count <= limit) continue;
    if (count === limit + 1) {
      await store.logs.append(
        buildLogEntry(context, {
          type: 'limit_mu',
          at: clock.now(),
          description: `More than ${limit} codes or links in ${window} seconds`,
          connection,
          userName: address.text,
          details: { flow: 'passwordless' },
        }),
      );
    }
    const message = 'Too many codes were asked for. Please try again later.';
    throw new TooManyAttemptsError(message, resetsInMs / 1000);
  }
}

/** Ends no sooner than after `floorMs`, however fast the work was, also when it fails. */
async function takeAtLeast(floorMs: number, work: () => Promise<void>): Promise<void> {
  const floor = new Promise<void>((resolve) => {
    setTimeout(resolve, floorMs);
  });
  try {
    await work();
  } finally {
    await floor;
  }
}
