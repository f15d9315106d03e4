import type { Dictionary } from './json.ts';

/** Findings that a bot and risk service in front of the tenant forwarded with the request. */
export interface RiskSupplement {
  readonly akamai?: {
    readonly akamaiBot?: AkamaiBot;
    readonly akamaiUserRisk?: AkamaiUserRisk;
    readonly [member: string]: unknown;
  };
}

/** Bot detection. */
interface AkamaiBot {
  readonly type?: string;
  readonly action?: string;
  readonly botCategory?: string[];
  readonly botScore?: number;
  readonly botScoreResponseSegment?: string;
  readonly botnetId?: string;
}

/** Account protection. */
interface AkamaiUserRisk {
  readonly action?: string;
  readonly allow?: number;
  readonly emailDomain?: string;
  readonly general?: Dictionary;
  readonly ouid?: string;
  readonly requestid?: string;
  readonly risk?: Dictionary;
  readonly score?: number;
  readonly status?: number;
  readonly trust?: Dictionary;
  readonly username?: string;
  readonly uuid?: string;
}

/** What is known about the request itself. Absent without such a service. */
export interface RequestAuthentication {
  readonly riskAssessment?: {
    readonly supplemental?: RiskSupplement;
  };
}
