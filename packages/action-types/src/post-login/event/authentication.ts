import type { EventAuthenticationMethod } from '../../shared/authentication-method.ts';
import type { RiskSupplement } from '../../shared/risk-supplement.ts';

/** How sure a risk assessment is that the person is who they claim to be. */
type RiskConfidence = 'low' | 'medium' | 'high' | 'neutral';

/** How the person proved who they are. */
export interface EventAuthentication {
  /** In order of completion; factors of earlier logins of the same session are included. */
  readonly methods: EventAuthenticationMethod[];
  readonly riskAssessment?: EventRiskAssessment;
}

/** Signals about the login, each with a confidence. */
interface EventRiskAssessment {
  /** Lowest of the assessments. */
  readonly confidence: RiskConfidence;
  readonly version: string;
  readonly assessments: {
    /** Whether a verified software agent is at work. */
    readonly AgentDetection?: {
      readonly code: 'unknown' | 'verified_agent';
      readonly confidence: RiskConfidence;
      readonly details?: { readonly provider?: string };
    };
    /** Whether the person can have come here since the last login. */
    readonly ImpossibleTravel?: {
      readonly code: ImpossibleTravelCode;
      readonly confidence: RiskConfidence;
    };
    /** Whether the device is one of the person's. */
    readonly NewDevice?: {
      readonly code: NewDeviceCode;
      readonly confidence: RiskConfidence;
      readonly details?: {
        readonly device?: 'known' | 'unknown';
        readonly useragent?: 'known' | 'unknown';
      };
    };
    /** Whether the address has a bad reputation. */
    readonly UntrustedIP?: {
      readonly code: UntrustedIpCode;
      readonly confidence: RiskConfidence;
      readonly details?: {
        readonly category?: string;
        readonly ip?: string;
        readonly matches?: string;
        readonly source?: string;
      };
    };
  };
  readonly supplemental?: RiskSupplement;
}

type ImpossibleTravelCode =
  | 'minimal_travel_from_last_login'
  | 'travel_from_last_login'
  | 'substantial_travel_from_last_login'
  | 'impossible_travel_from_last_login'
  | 'invalid_travel'
  | 'missing_geoip'
  | 'anonymous_proxy'
  | 'unknown_location'
  | 'initial_login'
  | 'location_history_not_found'
  | 'assessment_not_available';

type NewDeviceCode =
  | 'initial_login'
  | 'assessment_not_available'
  | 'match'
  | 'partial_match'
  | 'no_match'
  | 'unknown_device'
  | 'no_device_history';

type UntrustedIpCode =
  | 'assessment_not_available'
  | 'not_found_on_deny_list'
  | 'found_on_deny_list'
  | 'invalid_ip_address';
