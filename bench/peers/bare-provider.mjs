// oidc-provider and nothing around it: a map for an adapter, one client of each kind, people whose password
// nobody looks at. Argument: JSON of `{audience, redirectUri}`. Paths, formats and signatures are
// those of the server that is measured.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider, interactionPolicy } from 'oidc-provider';

const { audience, redirectUri } = JSON.parse(process.argv[2]);
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const secret = 'a secret of sixty-four characters, as long as those that are generated';

/** The least that an adapter can do. oidc-provider's own forgets after a thousand entries. */
class MapAdapter {
  static stored = new Map();

  constructor(model) {
    this.model = model;
  }

  async upsert(id, payload) {
    MapAdapter.stored.set(`${this.model}:${id}`, payload);
    if (payload.uid !== undefined) MapAdapter.stored.set(`${this.model}:uid:${payload.uid}`, payload);
  }

  async find(id) {
    return MapAdapter.stored.get(`${this.model}:${id}`);
  }

  async findByUid(uid) {
    return MapAdapter.stored.get(`${this.model}:uid:${uid}`);
  }

  async consume(id) {
    const payload = MapAdapter.stored.get(`${this.model}:${id}`);
    if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    MapAdapter.stored.delete(`${this.model}:${id}`);
  }

  async revokeByGrantId() {}
}

const policy = interactionPolicy.base();
policy.remove('consent');

// Its port is in its issuer, so it listens before it is built.
let handle;
const server = createServer((request, response) => handle(request, response));
server.keepAliveTimeout = 600_000;
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const url = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(`${url}/`, {
  adapter: MapAdapter,
  clients: [
    {
      client_id: 'web',
      client_secret: secret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post',
    },
    {
      client_id: 'machine',
      client_secret: secret,
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'A'.repeat(43) }] },
  routes: { authorization: '/authorize', token: '/oauth/token' },
  cookies: { keys: ['a key of cookies that is long enough'] },
  scopes: ['openid', 'profile', 'email', 'offline_access'],
  claims: { openid: ['sub'], profile: ['name', 'nickname', 'picture', 'updated_at'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false,
  interactions: { policy, url: (_ctx, { uid }) => `/login/${uid}` },
  findAccount: (_ctx, accountId) => ({
    accountId,
    claims: () => ({
      sub: accountId,
      name: accountId,
      nickname: 'person',
      picture: 'https://example.com/picture.png',
      updated_at: '2026-01-01T00:00:00.000Z',
      email: accountId,
      email_verified: true,
    }),
  }),
  async loadExistingGrant(ctx) {
    const { account, client } = ctx.oidc;
    const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
    grant.addOIDCScope('openid profile email offline_access');
    grant.addResourceScope(audience, 'openid profile email offline_access');
    await grant.save();
    return grant;
  },
  expiresWithSession: () => false,
  issueRefreshToken: (_ctx, _client, code) => code.scopes.has('offline_access'),
  rotateRefreshToken: true,
  extraParams: {
    // oidc-provider takes it away unless the person is asked for consent.
    keep_offline: (ctx) => {
      const { params } = ctx.oidc;
      const asked = ctx.query?.scope?.split(' ').includes('offline_access');
      if (asked && !params.scope.includes('offline_access')) params.scope += ' offline_access';
    },
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'openid profile email offline_access',
        audience,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
});
const callback = provider.callback();

const FORM =
  '<!doctype html><form method="post"><input type="email" name="email"><input type="password" name="password"></form>';

handle = (request, response) => {
  if (!request.url.startsWith('/login/')) return callback(request, response);
  if (request.method === 'GET') {
    response.setHeader('content-type', 'text/html').end(FORM);
    return;
  }
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    const accountId = new URLSearchParams(body).get('email');
    provider.interactionFinished(request, response, { login: { accountId } }).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
};

process.stdout.write(`${JSON.stringify({ url, secret })}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
