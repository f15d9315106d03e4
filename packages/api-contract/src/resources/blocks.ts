import { z } from 'zod';
import { defineOperations } from '../operation.ts';
import { queryBoolean } from '../values.ts';

const blocks = z.strictObject({
  blocked_for: z.array(
    z.strictObject({
      identifier: z.string(),
      ip: z.string().optional(),
      connection: z.string().optional(),
    }),
  ),
});
const userBlocks = { description: 'The blocks of the user.', schema: blocks };
const enablement = { consider_brute_force_enablement: queryBoolean.optional() };
const identifier = z.string().min(1).max(320).describe('E-mail address, username or phone number.');
const address = z.strictObject({ id: z.union([z.ipv4(), z.ipv6()]) });

/** Blocks that attack protection has set: of users, and of addresses. */
export const blockOperations = defineOperations({
  listUserBlocksByIdentifier: {
    method: 'GET',
    path: '/user-blocks',
    tag: 'user-blocks',
    summary: 'Get blocks by identifier',
    scopes: ['read:users'],
    query: z.strictObject({ identifier, ...enablement }),
    responses: { 200: userBlocks },
  },
  deleteUserBlocksByIdentifier: {
    method: 'DELETE',
    path: '/user-blocks',
    tag: 'user-blocks',
    summary: 'Unblock by identifier',
    scopes: ['update:users'],
    query: z.strictObject({ identifier }),
    responses: { 204: { description: 'User successfully unblocked.' } },
  },
  listUserBlocks: {
    method: 'GET',
    path: '/user-blocks/{id}',
    tag: 'user-blocks',
    summary: "Get a user's blocks",
    scopes: ['read:users'],
    query: z.strictObject(enablement),
    responses: { 200: userBlocks },
  },
  deleteUserBlocks: {
    method: 'DELETE',
    path: '/user-blocks/{id}',
    tag: 'user-blocks',
    summary: 'Unblock a user',
    scopes: ['update:users'],
    responses: { 204: { description: 'User successfully unblocked.' } },
  },
  checkIpBlock: {
    method: 'GET',
    path: '/anomaly/blocks/ips/{id}',
    tag: 'anomaly',
    summary: 'Check if an IP address is blocked',
    scopes: ['read:anomaly_blocks'],
    params: address,
    responses: {
      200: {
        description: 'IP address specified is currently blocked.',
        schema: z.strictObject({}),
      },
    },
  },
  deleteIpBlock: {
    method: 'DELETE',
    path: '/anomaly/blocks/ips/{id}',
    tag: 'anomaly',
    summary: 'Remove the blocked IP address',
    scopes: ['delete:anomaly_blocks'],
    params: address,
    responses: { 204: { description: 'IP address specified successfully unblocked.' } },
  },
});
