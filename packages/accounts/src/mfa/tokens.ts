import {
  inSeconds,
  type JsonObject,
  MFA_TOKEN_LIFETIME_SECONDS,
  type MfaToken,
  type Multifactor,
} from '@tessera/model';
import { z } from 'zod';
import { createSecret, type MultifactorOptions } from './multifactor-services.ts';

const tokenSchema = z.strictObject({
  userId: z.string(),
  clientId: z.string(),
  connectionId: z.string(),
  scope: z.string().optional(),
  audience: z.string().optional(),
  enrollmentAllowed: z.boolean(),
  login: z.record(z.string(), z.json()).optional(),
});

const readToken = (payload: JsonObject | undefined): MfaToken | undefined =>
  payload === undefined ? undefined : (tokenSchema.parse(payload) as MfaToken);

/** Tokens of logins with a password that wait for a second factor. */
export function createTokens({
  clock,
  randomBytes,
}: MultifactorOptions): Pick<Multifactor, 'issueToken' | 'findToken' | 'consumeToken'> {
  return {
    async issueToken({ store }, facts) {
      const token = createSecret(randomBytes);
      await store.tickets.save({
        kind: 'mfa-token',
        key: token,
        userId: facts.userId,
        payload: facts,
        expiresAt: inSeconds(clock, MFA_TOKEN_LIFETIME_SECONDS),
      });
      return token;
    },
    findToken: async ({ store }, token) =>
      readToken((await store.tickets.find('mfa-token', token))?.payload),
    consumeToken: async ({ store }, token) =>
      readToken((await store.tickets.consume('mfa-token', token))?.payload),
  };
}
