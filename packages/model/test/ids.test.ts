import { randomBytes } from 'node:crypto';
import {
  createAlphanumericId,
  createClientId,
  createCode,
  createExecutionId,
  createGroupId,
  createObjectId,
} from '@tessera/model';
import { expect, test } from 'vitest';

test('createAlphanumericId() refuses the bytes that would favour the first letters', () => {
  const batches = [Uint8Array.of(248, 255, 0, 61), Uint8Array.of(62, 1, 2, 3)];
  const id = createAlphanumericId(() => batches.shift() ?? new Uint8Array(4), 4);
  expect(id).toBe('A9AB');
});

test('createCode() gives digits, and refuses the bytes that would favour the first ones', () => {
  const batches = [Uint8Array.of(250, 255, 0, 19), Uint8Array.of(7, 1, 2, 3)];
  expect(createCode(() => batches.shift() ?? new Uint8Array(4), 4)).toBe('0971');
});

test('ids have the forms that recorded traffic has', () => {
  expect(createClientId(randomBytes)).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(createObjectId(randomBytes)).toMatch(/^[0-9a-f]{24}$/);
  expect(createGroupId(randomBytes)).toMatch(/^grp_[1-9a-km-zA-HJ-NP-Z]{22}$/);
  const id = createExecutionId(randomBytes, new Date('2021-04-04T12:00:00Z'));
  expect(Buffer.from(id, 'base64url').subarray(16).toString()).toBe('20210404');
  expect(id).toHaveLength(32);
});
