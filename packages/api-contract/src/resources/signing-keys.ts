import { z } from 'zod';
import { defineOperations } from '../operation.ts';

const signingKeySchema = z.strictObject({
  kid: z.string(),
  cert: z.string(),
  pkcs7: z.string(),
  current: z.boolean(),
  next: z.boolean(),
  previous: z.boolean(),
  fingerprint: z.string(),
  thumbprint: z.string(),
  revoked: z.boolean(),
});
export type WireSigningKey = z.output<typeof signingKeySchema>;
const keyRef = z.strictObject({ kid: z.string(), cert: z.string() });

const tag = 'keys';

export const signingKeyOperations = defineOperations({
  listSigningKeys: {
    method: 'GET',
    path: '/keys/signing',
    tag,
    summary: 'Get all Application Signing Keys',
    scopes: ['read:signing_keys'],
    responses: {
      200: { description: 'The signing keys were retrieved.', schema: z.array(signingKeySchema) },
    },
  },
  rotateSigningKey: {
    method: 'POST',
    path: '/keys/signing/rotate',
    tag,
    summary: 'Rotate the Application Signing Key',
    scopes: ['create:signing_keys', 'update:signing_keys'],
    scopeRule: 'all',
    responses: { 201: { description: 'Signing key rotated successfully.', schema: keyRef } },
  },
  getSigningKey: {
    method: 'GET',
    path: '/keys/signing/{kid}',
    tag,
    summary: 'Get an Application Signing Key by its key id',
    scopes: ['read:signing_keys'],
    responses: {
      200: { description: 'The signing keys were retrieved.', schema: signingKeySchema },
    },
  },
  revokeSigningKey: {
    method: 'PUT',
    path: '/keys/signing/{kid}/revoke',
    tag,
    summary: 'Revoke an Application Signing Key by its key id',
    scopes: ['update:signing_keys'],
    responses: { 200: { description: 'Signing key revoked successfully.', schema: keyRef } },
  },
});
