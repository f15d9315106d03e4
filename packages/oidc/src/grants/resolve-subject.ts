import type { TokenExchangeSubject } from '@tessera/engine';
import { AppError, type Connection, type JsonObject, type User } from '@tessera/model';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { accessDenied } from '../dialect/dialect-error.ts';
import { saveMetadata } from '../post-login/save-metadata.ts';
import type { IssuerScope } from '../provider/issuer-scope.ts';
import type { ExchangedSubject } from './run-token-exchange.ts';

/** Whom the exchanged token is for. */
interface Subject {
  readonly user: User;
  readonly connection: Connection;
}

/**
 * Finds the user that the Action named, or creates and updates it as the Action said, writes the metadata
 * of the run and counts the login. Rejects when there is no such user, or they are blocked.
 */
export async function resolveSubject(
  ctx: KoaContextWithOIDC,
  scope: IssuerScope,
  { subject, outcome }: ExchangedSubject,
): Promise<Subject> {
  const { user, connection } =
    subject.kind === 'id'
      ? await findById(scope, subject.userId)
      : await provision(ctx, scope, subject);
  if (user.blocked) throw accessDenied('The user of this token exchange is blocked.');
  await saveMetadata(scope.store, user.userId, outcome);
  const login = { ip: scope.requests.of(ctx).context.ip, at: scope.clock.now() };
  const recorded = await scope.store.users.recordLogin(user.userId, login);
  if (recorded === undefined) throw unknownUser();
  return { user: recorded, connection };
}

async function findById({ store }: IssuerScope, userId: string): Promise<Subject> {
  const user = await store.users.findPrimary(userId);
  const name = user?.identities[0]?.connection;
  const connection = name === undefined ? undefined : await store.connections.findByName(name);
  if (user === undefined || connection === undefined) throw unknownUser();
  return { user, connection };
}

async function provision(
  { oidc }: KoaContextWithOIDC,
  { store, provisioning }: IssuerScope,
  subject: Extract<TokenExchangeSubject, { kind: 'connection' }>,
): Promise<Subject> {
  const enabled = await store.connections.listForClient(oidc.client?.clientId ?? '');
  const connection = enabled.find(({ name }) => name === subject.connectionName);
  if (connection === undefined) {
    throw accessDenied(
      `The connection ${JSON.stringify(subject.connectionName)} of this token exchange does not exist, or is not enabled for the application.`,
    );
  }
  const { user_id: providerUserId, verify_email: verifiesEmail } = subject.attributes;
  if (verifiesEmail === true) {
    throw accessDenied('verify_email is not offered in a token exchange. Leave it out.');
  }
  const user = await provisioning
    .provision(store, {
      connection,
      providerUserId: String(providerUserId),
      profile: toProfile(subject.attributes),
      mayCreate: subject.creationBehavior === 'create_if_not_exists',
      updates: subject.updateBehavior === 'replace',
    })
    .catch((error: unknown) => {
      const isRefusal =
        error instanceof AppError &&
        (error.code === 'invalid_body' || error.code === 'user_exists');
      throw isRefusal ? accessDenied(error.message) : error;
    });
  if (user === undefined) throw unknownUser();
  return { user, connection };
}

/** The engine has checked the type of each member. */
function toProfile(attributes: JsonObject) {
  const named = {
    email: attributes.email,
    emailVerified: attributes.email_verified,
    username: attributes.username,
    phoneNumber: attributes.phone_number,
    phoneVerified: attributes.phone_verified,
    name: attributes.name,
    nickname: attributes.nickname,
    givenName: attributes.given_name,
    familyName: attributes.family_name,
    picture: attributes.picture,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

function unknownUser() {
  return accessDenied('The user of this token exchange does not exist.');
}
