import { z } from 'zod';
import { defineOperations } from '../operation.ts';

/** Addresses and ranges of one allowlist at most. */
const MAX_ADDRESSES = 200;
const allowlist = z
  .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
  .max(MAX_ADDRESSES)
  .describe('Addresses and ranges that are not counted.');
const shields = <const T extends readonly [string, ...string[]]>(names: T) =>
  z.array(z.enum(names)).describe('What happens when a limit is passed.');
/** Longest time in which one attempt is granted, ms: a day. */
const MAX_RATE_MS = 86_400_000;

const bruteForceProtection = z.strictObject({
  enabled: z.boolean().optional(),
  shields: shields(['block', 'user_notification']).optional(),
  allowlist: allowlist.optional(),
  mode: z.enum(['count_per_identifier_and_ip', 'count_per_identifier']).optional(),
  max_attempts: z.int().min(1).max(100).optional(),
});

const suspiciousIpThrottling = z.strictObject({
  enabled: z.boolean().optional(),
  shields: shields(['block', 'admin_notification']).optional(),
  allowlist: allowlist.optional(),
  stage: z
    .strictObject({
      'pre-login': z
        .strictObject({
          max_attempts: z.int().min(1).max(2500).optional(),
          rate: z.int().min(34_560).max(MAX_RATE_MS).optional(),
        })
        .optional(),
      'pre-user-registration': z
        .strictObject({
          max_attempts: z.int().min(1).max(72_000).optional(),
          rate: z.int().min(1200).max(MAX_RATE_MS).optional(),
        })
        .optional(),
    })
    .optional(),
});

const newPasswordStage = z.strictObject({
  shields: shields(['block', 'admin_notification']).optional(),
});
const breachedPasswordDetection = z.strictObject({
  enabled: z.boolean().optional(),
  shields: shields(['block', 'user_notification', 'admin_notification']).optional(),
  admin_notification_frequency: z
    .array(z.enum(['immediately', 'daily', 'weekly', 'monthly']))
    .optional(),
  method: z.enum(['standard', 'enhanced']).optional(),
  stage: z
    .strictObject({
      'pre-user-registration': newPasswordStage.optional(),
      'pre-change-password': newPasswordStage.optional(),
    })
    .optional(),
});

const policy = z.enum(['never', 'when_risky', 'always']);
const botDetection = z.strictObject({
  bot_detection_level: z.enum(['low', 'medium', 'high']).optional(),
  challenge_password_policy: policy.optional(),
  challenge_passwordless_policy: policy.optional(),
  challenge_password_reset_policy: policy.optional(),
  allowlist: allowlist.optional(),
  monitoring_mode_enabled: z.boolean().optional(),
});

const captcha = z.strictObject({
  active_provider_id: z
    .enum(['simple_captcha'])
    .optional()
    .describe('The only provider: the question that comes with the server.'),
  simple_captcha: z.strictObject({}).optional(),
});

const settings = z.looseObject({});
const tag = 'attack-protection';
const answer = { 200: { description: 'The settings.', schema: settings } };
const reading = {
  method: 'GET',
  tag,
  scopes: ['read:attack_protection'],
  responses: answer,
} as const;
const changing = {
  method: 'PATCH',
  tag,
  scopes: ['update:attack_protection'],
  responses: answer,
} as const;

export const attackProtectionOperations = defineOperations({
  getBruteForceProtection: {
    ...reading,
    path: '/attack-protection/brute-force-protection',
    summary: 'Get brute-force protection',
  },
  updateBruteForceProtection: {
    ...changing,
    path: '/attack-protection/brute-force-protection',
    summary: 'Change brute-force protection',
    body: bruteForceProtection,
  },
  getSuspiciousIpThrottling: {
    ...reading,
    path: '/attack-protection/suspicious-ip-throttling',
    summary: 'Get suspicious IP throttling',
  },
  updateSuspiciousIpThrottling: {
    ...changing,
    path: '/attack-protection/suspicious-ip-throttling',
    summary: 'Change suspicious IP throttling',
    body: suspiciousIpThrottling,
  },
  getBreachedPasswordDetection: {
    ...reading,
    path: '/attack-protection/breached-password-detection',
    summary: 'Get breached password detection',
  },
  updateBreachedPasswordDetection: {
    ...changing,
    path: '/attack-protection/breached-password-detection',
    summary: 'Change breached password detection',
    body: breachedPasswordDetection,
  },
  getCaptcha: {
    ...reading,
    path: '/attack-protection/captcha',
    summary: 'Get the captcha',
  },
  updateCaptcha: {
    ...changing,
    path: '/attack-protection/captcha',
    summary: 'Change the captcha',
    body: captcha,
  },
  getBotDetection: {
    ...reading,
    path: '/attack-protection/bot-detection',
    summary: 'Get bot detection',
  },
  updateBotDetection: {
    ...changing,
    path: '/attack-protection/bot-detection',
    summary: 'Change bot detection',
    body: botDetection,
  },
});
