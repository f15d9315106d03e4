import type { JsonObject, Tenant } from '@tessera/model';
import { z } from 'zod';
import { LIMITS } from '../limits.ts';

const allowlist = z.array(z.string()).default([]);
/** @param windowSeconds In which `maxAttempts` are granted; the setting is how often one is. */
const stage = (maxAttempts: number, windowSeconds: number) =>
  z
    .object({
      max_attempts: z.number().int().min(1).default(maxAttempts),
      rate: z
        .number()
        .int()
        .min(1)
        .default((windowSeconds * 1000) / maxAttempts),
    })
    .prefault({});
const blockingStage = z
  .object({ shields: z.array(z.enum(['block', 'admin_notification'])).default([]) })
  .prefault({});

/** Defaults are the hosted service's. */
const SCHEMAS = {
  bruteForceProtection: z.object({
    enabled: z.boolean().default(true),
    shields: z
      .array(z.enum(['block', 'user_notification']))
      .default(['block', 'user_notification']),
    mode: z
      .enum(['count_per_identifier_and_ip', 'count_per_identifier'])
      .default('count_per_identifier_and_ip'),
    allowlist,
    max_attempts: z.number().int().min(1).max(100).default(LIMITS.failuresPerAccountAndAddress),
  }),
  suspiciousIpThrottling: z.object({
    enabled: z.boolean().default(true),
    shields: z
      .array(z.enum(['block', 'admin_notification']))
      .default(['admin_notification', 'block']),
    allowlist,
    stage: z
      .object({
        'pre-login': stage(LIMITS.failuresPerAddress, LIMITS.addressWindowSeconds),
        'pre-user-registration': stage(LIMITS.signUpsPerAddress, LIMITS.signUpWindowSeconds),
      })
      .prefault({}),
  }),
  breachedPasswordDetection: z.object({
    enabled: z.boolean().default(false),
    shields: z.array(z.enum(['block', 'user_notification', 'admin_notification'])).default([]),
    admin_notification_frequency: z
      .array(z.enum(['immediately', 'daily', 'weekly', 'monthly']))
      .default([]),
    method: z.enum(['standard', 'enhanced']).default('standard'),
    stage: z
      .object({ 'pre-user-registration': blockingStage, 'pre-change-password': blockingStage })
      .prefault({}),
  }),
  botDetection: z.object({
    bot_detection_level: z.enum(['low', 'medium', 'high']).default('medium'),
    challenge_password_policy: z.enum(['never', 'when_risky', 'always']).default('never'),
    challenge_passwordless_policy: z.enum(['never', 'when_risky', 'always']).default('never'),
    challenge_password_reset_policy: z.enum(['never', 'when_risky', 'always']).default('never'),
    allowlist,
    monitoring_mode_enabled: z.boolean().default(false),
  }),
} as const;

type Schemas = typeof SCHEMAS;
/** How a tenant is protected, every default filled in; members as the management API has them. */
export type AttackProtectionSettings = { readonly [K in keyof Schemas]: z.output<Schemas[K]> };

/**
 * One part of a tenant's attack protection. Throws when what is stored has a shape that the management
 * API would have refused: guessing could switch a protection off.
 */
export function readAttackProtection<K extends keyof Schemas>(
  tenant: Pick<Tenant, 'name' | 'settings'>,
  part: K,
): AttackProtectionSettings[K] {
  const stored: JsonObject = tenant.settings.attackProtection?.[part] ?? {};
  const parsed = SCHEMAS[part].safeParse(stored);
  if (!parsed.success) {
    throw new Error(`Attack protection "${part}" of tenant "${tenant.name}" is not valid`, {
      cause: parsed.error,
    });
  }
  return parsed.data as AttackProtectionSettings[K];
}
