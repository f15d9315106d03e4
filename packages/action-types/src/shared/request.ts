/** Where an address is, as far as the location database knows. All members may be absent. */
export interface GeoIp {
  readonly cityName?: string;
  /** Two letters: `AF`, `AN`, `AS`, `EU`, `NA`, `OC`, `SA`. */
  readonly continentCode?: string;
  /** ISO 3166-1 alpha-2, e.g. `CH`. */
  readonly countryCode?: string;
  /** ISO 3166-1 alpha-3, e.g. `CHE`. */
  readonly countryCode3?: string;
  /** In English. */
  readonly countryName?: string;
  /** Degrees, north positive. */
  readonly latitude?: number;
  /** Degrees, east positive. */
  readonly longitude?: number;
  /** ISO 3166-2 without the country, e.g. `ZH`. */
  readonly subdivisionCode?: string;
  readonly subdivisionName?: string;
  /** Name in the IANA database, e.g. `Europe/Zurich`. */
  readonly timeZone?: string;
}

/** The HTTP request that the flow is in; the members that every trigger has. */
export interface BasicRequest {
  /** Empty when the location is unknown. */
  readonly geoip: GeoIp;
  /** Host name that the request was sent to. */
  readonly hostname?: string;
  /** IPv4 or IPv6 address of the client. */
  readonly ip: string;
  /** First language that the browser asked for, e.g. `en`. */
  readonly language?: string;
  /** HTTP method, e.g. `GET`. */
  readonly method: string;
  /** `User-Agent` header. */
  readonly user_agent?: string;
}
