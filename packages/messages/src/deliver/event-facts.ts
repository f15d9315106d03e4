import type { Client, RequestFacts, User } from '@tessera/model';
import type { RenderingFacts } from '../render/rendering-facts.ts';
import type { StoredContent } from '../stored-content.ts';

/** The application that caused a message, as events have it; where none did, one without id. */
export function clientOrNobody({
  client,
}: RenderingFacts): Pick<Client, 'clientId' | 'name' | 'metadata'> {
  return client ?? { clientId: '', name: 'All Applications', metadata: {} };
}

/** The person, as events have it; where nobody has the address, only that is known. */
export function userOrNobody({ user, message }: RenderingFacts): User {
  if (user !== undefined) return user;
  return {
    userId: '',
    ...(message.channel === 'email' ? { email: message.to } : { phoneNumber: message.to }),
    emailVerified: false,
    identities: [],
    userMetadata: {},
    appMetadata: {},
    blocked: false,
    loginsCount: 0,
    createdAt: message.createdAt,
    updatedAt: message.createdAt,
  };
}

/** The request that caused a message; where none did, one that says nothing. */
export function requestOrNone({ request, baseUrl }: StoredContent): RequestFacts {
  const { language, userAgent, geoip, ...rest } = request ?? {
    ip: '',
    method: 'POST',
    hostname: new URL(baseUrl).hostname,
  };
  return {
    ...rest,
    ...(language === undefined ? {} : { language }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(geoip === undefined ? {} : { geoip }),
    query: {},
    body: {},
  };
}
