import { createRequire } from 'node:module';
import type { JsonObject } from '@tessera/model';
import { countries, getCountryData, type TCountryCode } from 'countries-list';
import { type CountryResponse, open, type Reader } from 'maxmind';

/** Says where an address is. */
export interface GeoLocator {
  /** Members of `event.request.geoip`; undefined for private and unknown addresses. */
  find(ip: string): JsonObject | undefined;
}

/** Public-domain data of the address registries, country by country; a package of its own in npm. */
const DATABASE = '@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb';

/** Opens the country database that comes with Tessera. It is read from memory: a lookup is a few microseconds. */
export async function openGeoLocator(): Promise<GeoLocator> {
  const reader: Reader<CountryResponse & { readonly country_code?: string }> = await open(
    createRequire(import.meta.url).resolve(DATABASE),
  );
  return {
    find(ip) {
      const code = reader.get(ip)?.country_code;
      return code === undefined ? undefined : describeCountry(code);
    },
  };
}

function describeCountry(code: string): JsonObject | undefined {
  if (!isCountryCode(code)) return undefined;
  const { name, continent, iso3 } = getCountryData(code);
  return { countryCode: code, countryCode3: iso3, countryName: name, continentCode: continent };
}

function isCountryCode(code: string): code is TCountryCode {
  return Object.hasOwn(countries, code);
}
