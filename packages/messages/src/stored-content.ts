import type { JsonObject } from '@tessera/model';
import { z } from 'zod';

/** The request that caused a message, as far as triggers are told of it. */
const requestSchema = z.strictObject({
  ip: z.string(),
  method: z.string(),
  hostname: z.string(),
  language: z.string().optional(),
  userAgent: z.string().optional(),
  geoip: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null).optional(),
});

const base = {
  baseUrl: z.string(),
  languages: z.array(z.string()),
  clientId: z.string().optional(),
  connectionId: z.string().optional(),
  request: requestSchema.optional(),
  variables: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null),
};

const emailSchema = z.strictObject({ kind: z.literal('email'), ...base });
const phoneSchema = z.strictObject({
  kind: z.literal('phone'),
  ...base,
  via: z.enum(['sms', 'voice']),
  purpose: z.enum([
    'mfa-enrollment',
    'mfa-challenge',
    'otp-verify',
    'otp-enroll',
    'change-password',
    'blocked-account',
    'password-breach',
  ]),
  code: z.string().optional(),
  text: z.string().optional(),
});
const contentSchema = z.discriminatedUnion('kind', [emailSchema, phoneSchema]);

/** What a queued message holds: what it is made of, not yet rendered. */
export type StoredEmail = Readonly<z.output<typeof emailSchema>>;
export type StoredPhoneMessage = Readonly<z.output<typeof phoneSchema>>;
export type StoredContent = StoredEmail | StoredPhoneMessage;

/** Reads the content of a queued message; undefined when another release wrote what this one cannot read. */
export function parseStoredContent(content: JsonObject): StoredContent | undefined {
  const parsed = contentSchema.safeParse(content);
  return parsed.success ? parsed.data : undefined;
}
