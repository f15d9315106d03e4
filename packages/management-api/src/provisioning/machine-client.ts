import type { NewClient } from '@tessera/model';
import { readNewClient } from '../resources/clients/client-mapper.ts';

/** An application without people: it gets tokens for itself by its secret. */
export const machineClient = (
  name: string,
  identity: { readonly clientId: string; readonly clientSecret: string },
): NewClient =>
  readNewClient(
    {
      name,
      app_type: 'non_interactive',
      token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['client_credentials'],
      oidc_conformant: true,
    },
    identity,
  );
