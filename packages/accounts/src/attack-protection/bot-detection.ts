import {
  isListedAddress,
  type RateLimitStore,
  readAddressBlock,
  type Tenant,
} from '@tessera/model';
import type { AccountContext, AccountsOptions } from '../account-context.ts';
import { buildLogEntry } from '../account-log.ts';
import { readAttackProtection } from './settings.ts';

/** What somebody is about to do. */
export type BotFlow = 'password' | 'passwordless' | 'password_reset';

/** Forms of an address in ten minutes, from which on it is risky, by the sensitivity that the tenant chose. */
const RISKY_FORMS = { low: 60, medium: 30, high: 10 } as const;
const WINDOW_SECONDS = 600;

/** Decides who has to show that they are no program. */
export interface BotDetection {
  /** Counts a form of the address; for the policy `when_risky`. */
  count(context: AccountContext): Promise<void>;
  /** True when a challenge has to be passed. In monitoring mode it only writes `pla`. */
  isChallenged(context: AccountContext, flow: BotFlow): Promise<boolean>;
}

export function createBotDetection({
  rateLimits,
  clock,
}: Pick<AccountsOptions, 'rateLimits' | 'clock'>): BotDetection {
  return {
    async count({ tenant, request }) {
      const { challenges } = readPolicies(tenant);
      if (challenges.includes('when_risky')) {
        await rateLimits.consume(keyOf(tenant, request.ip), WINDOW_SECONDS);
      }
    },
    async isChallenged(context, flow) {
      const { tenant, request, store } = context;
      const { settings } = readPolicies(tenant);
      const policy = settings[`challenge_${flow}_policy`];
      if (policy === 'never' || isListedAddress(settings.allowlist, request.ip)) return false;
      const limit = RISKY_FORMS[settings.bot_detection_level];
      if (policy === 'when_risky' && !(await isRisky(rateLimits, context, limit))) return false;
      if (!settings.monitoring_mode_enabled) return true;
      await store.logs.append(
        buildLogEntry(context, {
          type: 'pla',
          at: clock.now(),
          description: 'A challenge would have been shown',
          details: { flow, policy },
        }),
      );
      return false;
    },
  };
}

function readPolicies(tenant: Tenant) {
  const settings = readAttackProtection(tenant, 'botDetection');
  const challenges = [
    settings.challenge_password_policy,
    settings.challenge_passwordless_policy,
    settings.challenge_password_reset_policy,
  ];
  return { settings, challenges };
}

const keyOf = (tenant: Tenant, ip: string): string => `bot:${tenant.id}:${readAddressBlock(ip)}`;

async function isRisky(
  rateLimits: RateLimitStore,
  { tenant, request }: AccountContext,
  limit: number,
): Promise<boolean> {
  return (await rateLimits.count(keyOf(tenant, request.ip))) > limit;
}
