import {
  buildPostUserRegistrationEvent,
  buildPreUserRegistrationEvent,
  type RegistrationFacts,
  type TriggerEffects,
} from '@tessera/engine';
import {
  AppError,
  type Connection,
  createExecutionId,
  createObjectId,
  type JsonObject,
  type NewUser,
  type SqlTransaction,
  type TenantStore,
  type User,
  type UserIdentifier,
} from '@tessera/model';
import type { AccountContext, AccountsOptions } from './account-context.ts';
import { SignUpRefusedError } from './account-errors.ts';
import { defaultPicture, type ProfileInput } from './account-input.ts';
import { buildLogEntry } from './account-log.ts';
import { createEmailVerifications } from './email-verification/create-email-verifications.ts';
import { welcome } from './email-verification/mark-verified.ts';
import type { PasswordHasher } from './password-hasher.ts';

/** A user to create, every field checked. */
export interface RegistrationRequest {
  readonly connection: Connection;
  readonly profile: ProfileInput;
  readonly password: string | undefined;
  readonly userMetadata: JsonObject;
  readonly appMetadata: JsonObject;
  /** Id at the provider, without prefix; made up when absent. */
  readonly userId?: string;
  readonly emailVerified?: boolean;
  readonly phoneVerified?: boolean;
  readonly blocked?: boolean;
  /** False: the address is not asked to verify itself. */
  readonly verifyEmail?: boolean;
}

/** A user that was created, and the executions that did or will run for it. */
export interface Registration {
  readonly user: User;
  readonly executions: readonly string[];
}

/**
 * Runs pre-user-registration, creates the user, and promises post-user-registration, the last two in
 * one transaction with the log entry. Adds to `executions` as it goes, so that a failure can name them.
 */
export async function registerUser(
  services: AccountsOptions & { readonly hasher: PasswordHasher },
  context: AccountContext,
  request: RegistrationRequest & { readonly executions: string[] },
): Promise<Registration> {
  // Asked first, so that no action runs for nothing. The database has the last word at creation.
  await refuseKnownIdentifiers(context, request);
  const draft = draftUser(request);
  const effects = await runPreUserRegistration(services, context, { ...request, draft });
  const passwordHash =
    request.password === undefined ? undefined : await services.hasher.hash(request.password);
  const providerId = request.userId ?? createObjectId(services.randomBytes);
  const { lastIp: _lastIp, lastLogin: _lastLogin, loginsCount: _count, ...profile } = draft;
  const newUser: NewUser = {
    ...profile,
    userId: `${request.connection.strategy}|${providerId}`,
    identities: [
      {
        connection: request.connection.name,
        provider: request.connection.strategy,
        userId: providerId,
        isSocial: false,
      },
    ],
    userMetadata: mergeMetadata(draft.userMetadata, effects.userMetadata),
    appMetadata: mergeMetadata(draft.appMetadata, effects.appMetadata),
    ...(passwordHash === undefined ? {} : { passwordHash }),
  };
  return saveUser(services, context, { ...request, newUser });
}

async function refuseKnownIdentifiers(
  { store }: AccountContext,
  { connection, profile }: RegistrationRequest,
): Promise<void> {
  const { email, username, phoneNumber } = profile;
  const identifiers: UserIdentifier[] = [
    ...(email === undefined ? [] : [{ email }]),
    ...(username === undefined ? [] : [{ username }]),
    ...(phoneNumber === undefined ? [] : [{ phoneNumber }]),
  ];
  for (const identifier of identifiers) {
    if (await store.users.findByIdentifier(connection.name, identifier)) {
      throw new AppError('user_exists', 'The user already exists.');
    }
  }
}

/** The profile with what the hosted service fills in: name, nickname and picture from the address. */
function draftUser(request: RegistrationRequest): RegistrationFacts['user'] {
  const { email, username, phoneNumber } = request.profile;
  const localPart = email?.slice(0, email.lastIndexOf('@'));
  const name = email ?? username ?? phoneNumber;
  const nickname = localPart ?? username ?? phoneNumber;
  return {
    ...(name === undefined ? {} : { name }),
    ...(nickname === undefined ? {} : { nickname }),
    ...(email === undefined ? {} : { picture: defaultPicture(email) }),
    ...request.profile,
    emailVerified: request.emailVerified ?? false,
    ...(phoneNumber === undefined ? {} : { phoneVerified: request.phoneVerified ?? false }),
    identities: [],
    userMetadata: request.userMetadata,
    appMetadata: request.appMetadata,
    blocked: request.blocked ?? false,
    loginsCount: 0,
  };
}

function mergeMetadata(metadata: JsonObject, patch: JsonObject | undefined): JsonObject {
  const merged = Object.entries({ ...metadata, ...patch });
  return Object.fromEntries(merged.filter(([, value]) => value !== null));
}

function registrationFacts(
  context: AccountContext,
  connection: Connection,
  user: RegistrationFacts['user'],
): RegistrationFacts {
  const { tenant, client, request, transaction } = context;
  return {
    tenant,
    connection,
    user,
    request,
    ...(client ? { client } : {}),
    ...(transaction ? { transaction } : {}),
  };
}

async function runPreUserRegistration(
  services: AccountsOptions,
  context: AccountContext,
  request: RegistrationRequest & {
    readonly draft: RegistrationFacts['user'];
    readonly executions: string[];
  },
): Promise<TriggerEffects> {
  const outcome = await services.pipeline.run({
    store: context.store,
    triggerId: 'pre-user-registration',
    event: buildPreUserRegistrationEvent(
      registrationFacts(context, request.connection, request.draft),
    ),
    timeoutMs: context.tenant.settings.actionTimeoutMs,
  });
  if (outcome.executionId !== undefined) request.executions.push(outcome.executionId);
  const { end } = outcome;
  switch (end.kind) {
    case 'completed':
      return outcome.effects;
    case 'denied':
      throw new SignUpRefusedError(end.userMessage ?? 'Your signup was refused.', {
        detail: end.reason,
      });
    case 'invalid':
      throw new SignUpRefusedError(end.message, { validationCode: end.code });
    case 'failed':
      throw new AppError('action_failed', end.message);
    case 'suspended':
    case 'dropped':
    case 'retry':
      throw new Error(`pre-user-registration cannot end as ${end.kind}`);
  }
}

/** A link that verifies the address, or, where there is nothing to verify, the welcome. */
async function sendFirstMails(
  services: AccountsOptions,
  context: AccountContext,
  registered: {
    readonly user: User;
    readonly request: RegistrationRequest;
    readonly tx: TenantStore & { readonly sql: SqlTransaction };
  },
): Promise<void> {
  const { user, request, tx } = registered;
  const { connection } = request;
  if (user.email === undefined) return;
  if (user.emailVerified) return welcome(services, context, { user, connection, tx });
  const template = await tx.emailTemplates.find('verify_email');
  if (template?.isEnabled === false || request.verifyEmail === false) return;
  await createEmailVerifications(services).send(context, { user, connection }, tx);
}

/** What the log says of a sign-up; never a password. */
function describeSignUp(
  { tenant, client }: AccountContext,
  connection: Connection,
  { email, username, phoneNumber }: User,
): JsonObject {
  return {
    tenant: tenant.name,
    connection: connection.name,
    ...(client ? { client_id: client.clientId } : {}),
    ...(email === undefined ? {} : { email }),
    ...(username === undefined ? {} : { username }),
    ...(phoneNumber === undefined ? {} : { phone_number: phoneNumber }),
  };
}

async function saveUser(
  services: AccountsOptions,
  context: AccountContext,
  request: RegistrationRequest & { readonly newUser: NewUser; readonly executions: string[] },
): Promise<Registration> {
  const { pipeline, jobs, clock, randomBytes } = services;
  const { store, tenant } = context;
  const { connection, newUser } = request;
  const triggerId = 'post-user-registration';
  const hasActions = await pipeline.hasActions(store, triggerId);
  const promisedId = hasActions ? createExecutionId(randomBytes, clock.now()) : undefined;
  const executions = [...request.executions, ...(promisedId === undefined ? [] : [promisedId])];
  const user = await store.transaction(async (tx) => {
    const created = await tx.users.create(newUser);
    if (promisedId !== undefined) {
      const event = buildPostUserRegistrationEvent(registrationFacts(context, connection, created));
      await jobs.enqueue(
        { kind: 'run-trigger', tenantId: tenant.id, triggerId, executionId: promisedId, event },
        { transaction: tx.sql },
      );
    }
    const userName = created.email ?? created.username ?? created.phoneNumber;
    await tx.logs.append(
      buildLogEntry(context, {
        type: 'ss',
        at: clock.now(),
        description: 'Successful signup',
        connection,
        userId: created.userId,
        ...(userName === undefined ? {} : { userName }),
        executions,
        details: { body: describeSignUp(context, connection, created) },
      }),
    );
    await sendFirstMails(services, context, { user: created, request, tx });
    return created;
  });
  return { user, executions };
}
