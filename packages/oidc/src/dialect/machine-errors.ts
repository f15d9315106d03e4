import { accessDenied, type DialectError } from './dialect-error.ts';

/** Refusals of the client-credentials grant, word for word what SDKs and people search for. */
export const machineErrors = {
  noAudience: (): DialectError =>
    accessDenied('No audience parameter was provided, and no default audience has been configured'),
  unknownApi: (audience: string): DialectError =>
    accessDenied(`Service not enabled within domain: ${audience}`),
  noClientGrant: (audience: string): DialectError =>
    accessDenied(
      `Client is not authorized to access "${audience}". You need to create a "client-grant" associated to this API.`,
    ),
  scopesNotGranted: (scopes: readonly string[]): DialectError =>
    accessDenied(`Client has not been granted scopes: ${scopes.join(', ')}`),
};
