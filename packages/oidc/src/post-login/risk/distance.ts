import { createRequire } from 'node:module';
import type { Country } from 'world-countries';

/** Where somebody was: as exactly as the address tells. */
export interface Place {
  readonly latitude?: number;
  readonly longitude?: number;
  /** ISO 3166-1, two letters. */
  readonly countryCode?: string;
}

interface Circle {
  readonly latitude: number;
  readonly longitude: number;
  /** Nobody in there is further from the middle, as a rule, km. */
  readonly radiusKm: number;
}

const EARTH_RADIUS_KM = 6_371;

/**
 * Kilometres that lie between two places at least; undefined when one is unknown.
 *
 * Of an address often the country alone is known. Countries are then circles of their area, two of them
 * are as far apart as their rims, and neighbours touch: a border may be crossed on foot.
 */
export function leastDistanceKm(from: Place, to: Place): number | undefined {
  const [one, other] = [circleOf(from), circleOf(to)];
  if (one === undefined || other === undefined) return undefined;
  if (!isExact(from) || !isExact(to)) {
    if (from.countryCode === to.countryCode || areNeighbours(from, to)) return 0;
  }
  return Math.max(0, arcKm(one, other) - one.radiusKm - other.radiusKm);
}

function isExact(place: Place): boolean {
  return place.latitude !== undefined && place.longitude !== undefined;
}

function circleOf({ latitude, longitude, countryCode }: Place): Circle | undefined {
  if (latitude !== undefined && longitude !== undefined) {
    return { latitude, longitude, radiusKm: 0 };
  }
  const country = countries().get(countryCode ?? '');
  if (country === undefined) return undefined;
  const [middleLatitude, middleLongitude] = country.latlng;
  return {
    latitude: middleLatitude,
    longitude: middleLongitude,
    radiusKm: Math.sqrt(Math.max(0, country.area) / Math.PI),
  };
}

function areNeighbours(from: Place, to: Place): boolean {
  const [one, other] = [from, to].map(({ countryCode }) => countries().get(countryCode ?? ''));
  return one !== undefined && other !== undefined && one.borders.includes(other.cca3);
}

/** Great-circle distance (haversine formula). */
function arcKm(from: Circle, to: Circle): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const halfLatitude = radians(to.latitude - from.latitude) / 2;
  const halfLongitude = radians(to.longitude - from.longitude) / 2;
  const chord =
    Math.sin(halfLatitude) ** 2 +
    Math.cos(radians(from.latitude)) *
      Math.cos(radians(to.latitude)) *
      Math.sin(halfLongitude) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

let byCode: ReadonlyMap<string, Country> | undefined;

/** Read at the first need: half a megabyte that most tenants' logins never ask for. */
function countries(): ReadonlyMap<string, Country> {
  if (byCode === undefined) {
    const load = createRequire(import.meta.url);
    const list = load('world-countries') as readonly Country[];
    byCode = new Map(list.map((country) => [country.cca2, country]));
  }
  return byCode;
}
