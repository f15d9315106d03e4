import { z } from 'zod';
import { WireError } from '../../http/wire-error.ts';

/** Plain http is for one's own machine. */
const isProviderUrl = (text: string): boolean => {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  const isLoopback = /^(?:127\.0\.0\.1|\[::1\]|localhost|.+\.localhost)$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback);
};
const providerUrl = z
  .string()
  .max(2048)
  .refine(isProviderUrl, { error: 'must be an https URL without credentials' });
const text = z.string().min(1).max(4096);

/** What of an upstream provider is acted on; other members are kept and answered as they came. */
const upstreamSchema = z.looseObject({
  type: z
    .literal('back_channel', { error: 'must be "back_channel": codes are exchanged by the server' })
    .nullish(),
  client_id: text,
  client_secret: text.nullish(),
  issuer: providerUrl.nullish(),
  discovery_url: providerUrl.nullish(),
  scope: z.string().max(1024).nullish(),
  token_endpoint_auth_method: z
    .literal('client_secret_post', { error: 'must be "client_secret_post"' })
    .nullish(),
  set_user_root_attributes: z.enum(['on_each_login', 'on_first_login', 'never_on_login']).nullish(),
  attribute_map: z
    .looseObject({
      mapping_mode: z.enum(['basic_profile', 'bind_all', 'use_map']).nullish(),
      attributes: z.record(z.string().max(128), z.unknown()).nullish(),
    })
    .nullish(),
});

/** Refuses options with which nobody could log in, or that ask for what is not offered. */
export function checkUpstreamOptions(options: unknown): void {
  const refuse = (message: string) =>
    new WireError('invalid_body', message, { errorCode: 'invalid_body' });
  const parsed = upstreamSchema.safeParse(options ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse(`options.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
  }
  const { issuer, discovery_url: discoveryUrl } = parsed.data;
  if (!issuer && !discoveryUrl) {
    throw refuse('options must have an issuer or a discovery_url');
  }
}
