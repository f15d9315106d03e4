// The least that a token endpoint can do: a Fastify route that signs. No client, no grant, no storage.
// Argument: JSON of the token's claims. RS256 with a key of 2048 bits, as the real one.
import Fastify from 'fastify';
import { generateKeyPair, SignJWT } from 'jose';

const { iat: _iat, exp: _exp, ...claims } = JSON.parse(process.argv[2]);
const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048 });
const header = { alg: 'RS256', typ: 'at+jwt', kid: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' };
const LIFETIME_S = 86_400;

const app = Fastify({ keepAliveTimeout: 600_000 });
app.post('/oauth/token', async () => {
  const token = new SignJWT(claims).setProtectedHeader(header).setIssuedAt();
  const accessToken = await token.setExpirationTime(`${LIFETIME_S}s`).sign(privateKey);
  return { access_token: accessToken, token_type: 'Bearer', expires_in: LIFETIME_S };
});
await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(`${JSON.stringify({ port: app.server.address().port })}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
