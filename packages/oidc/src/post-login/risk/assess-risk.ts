import type { RiskAssessment } from '@tessera/engine';
import type { RiskSettings, UserDevice } from '@tessera/model';
import { leastDistanceKm, type Place } from './distance.ts';
import { assessAddress } from './untrusted-address.ts';

type Assessments = RiskAssessment['assessments'];
type NewDevice = NonNullable<Assessments['NewDevice']>;
type ImpossibleTravel = NonNullable<Assessments['ImpossibleTravel']>;

/**
 * What sends the credentials. An application names no browser. What runs on a server sends them from
 * there: its address tells nothing of where the person is.
 */
export type LoginSender = 'browser' | 'application' | 'server';

/** What is known of a login that somebody begins with credentials. */
export interface RiskCircumstances {
  readonly sender: LoginSender;
  readonly now: Date;
  readonly ip: string;
  /** Where `ip` is; undefined when unknown. */
  readonly place: Place | undefined;
  /** The person has logged in before. */
  readonly hasLoggedIn: boolean;
  /** What is known of the browser for this person; undefined where there is none. */
  readonly device: UserDevice | undefined;
  /** The browser or application that the person used last. */
  readonly latest: Omit<UserDevice, 'deviceId'> | undefined;
  readonly settings: RiskSettings | undefined;
  /** Addresses and ranges that are not trusted, by whose list it is. */
  readonly untrusted: Readonly<Record<string, readonly string[]>>;
}

/** Version of this assessment, for `event.authentication.riskAssessment.version`. */
const VERSION = '1';
const DEFAULT_REMEMBER_DAYS = 30;
/** Nothing to judge by. */
const NOT_AVAILABLE = { code: 'assessment_not_available', confidence: 'neutral' } as const;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Nobody travels faster by airliner; its cruise is some 900 km/h. */
const FASTEST_KMH = 1_000;
/** Up to here people commute, km. */
const MINIMAL_KM = 100;
/** From here it is a journey, km. */
const SUBSTANTIAL_KM = 1_000;

/** Judges a login by its browser, place and address. The lowest confidence of the three is that of the whole. */
export function assessRisk(circumstances: RiskCircumstances): RiskAssessment {
  const assessments = {
    NewDevice: circumstances.sender === 'browser' ? assessDevice(circumstances) : NOT_AVAILABLE,
    ImpossibleTravel:
      circumstances.sender === 'server' ? NOT_AVAILABLE : assessTravel(circumstances),
    UntrustedIP: assessAddress(circumstances.ip, circumstances.untrusted),
  };
  return {
    confidence: lowestOf(Object.values(assessments).map(({ confidence }) => confidence)),
    version: VERSION,
    assessments,
  };
}

/** `neutral` says nothing; it is the whole's only when all say nothing. */
function lowestOf(
  confidences: readonly RiskAssessment['confidence'][],
): RiskAssessment['confidence'] {
  const order = ['low', 'medium', 'high'] as const;
  return order.find((confidence) => confidences.includes(confidence)) ?? 'neutral';
}

function assessDevice({ device, latest, ...known }: RiskCircumstances): NewDevice {
  if (latest === undefined) {
    return known.hasLoggedIn
      ? { code: 'no_device_history', confidence: 'neutral' }
      : { code: 'initial_login', confidence: 'neutral' };
  }
  const rememberMs = (known.settings?.rememberDays ?? DEFAULT_REMEMBER_DAYS) * DAY_MS;
  const isKnown =
    device !== undefined && known.now.getTime() - device.lastSeenAt.getTime() <= rememberMs;
  return isKnown
    ? { code: 'match', confidence: 'high', details: { device: 'known' } }
    : { code: 'no_match', confidence: 'low', details: { device: 'unknown' } };
}

function assessTravel({
  now,
  ip,
  place,
  latest,
  hasLoggedIn,
}: RiskCircumstances): ImpossibleTravel {
  if (latest === undefined) {
    return hasLoggedIn
      ? { code: 'location_history_not_found', confidence: 'neutral' }
      : { code: 'initial_login', confidence: 'neutral' };
  }
  if (latest.ip === ip) return { code: 'minimal_travel_from_last_login', confidence: 'high' };
  if (place === undefined) return { code: 'missing_geoip', confidence: 'neutral' };
  if (latest.countryCode === undefined && latest.latitude === undefined) {
    return { code: 'location_history_not_found', confidence: 'neutral' };
  }
  const km = leastDistanceKm(latest, place);
  if (km === undefined) return { code: 'unknown_location', confidence: 'neutral' };
  if (km <= MINIMAL_KM) return { code: 'minimal_travel_from_last_login', confidence: 'high' };
  const hours = (now.getTime() - latest.lastSeenAt.getTime()) / HOUR_MS;
  // Replicas' clocks may differ; what lies ahead is taken as now.
  if (km > FASTEST_KMH * Math.max(0, hours)) {
    return { code: 'impossible_travel_from_last_login', confidence: 'low' };
  }
  return km <= SUBSTANTIAL_KM
    ? { code: 'travel_from_last_login', confidence: 'high' }
    : { code: 'substantial_travel_from_last_login', confidence: 'medium' };
}
