/** Audience of a tenant's management API. `baseUrl` ends in a slash. */
export const managementAudience = (baseUrl: string): string => `${baseUrl}api/v2/`;
/** Audience of the platform API, which the default tenant alone has. */
export const platformAudience = (baseUrl: string): string => `${baseUrl}platform/v1/`;
