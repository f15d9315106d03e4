import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';
import { createUser } from './samples.ts';

const stores = openStorePerFile('user-devices');
const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 10, minute));

test('userDevices.save() keeps a browser, overwrites it, and keeps when it was first seen', async () => {
  const tenant = await stores.createTenant();
  const { userDevices } = tenant;
  const { userId } = (await createUser(tenant)).user;
  const device = { userId, deviceId: 'one', firstSeenAt: at(0), lastSeenAt: at(0) };
  await userDevices.save({ ...device, ip: '192.0.2.1', mfaRememberedUntil: at(59) });
  await userDevices.save({
    ...device,
    firstSeenAt: at(5),
    lastSeenAt: at(5),
    latitude: 48.1,
    longitude: 11.6,
  });
  expect(await userDevices.find(userId, 'one')).toEqual({
    ...device,
    lastSeenAt: at(5),
    latitude: 48.1,
    longitude: 11.6,
  });
  expect(await userDevices.find(userId, 'two')).toBeUndefined();
});

test('userDevices.findLatest() is the browser used last, without its id', async () => {
  const tenant = await stores.createTenant();
  const { userDevices } = tenant;
  const { userId } = (await createUser(tenant)).user;
  expect(await userDevices.findLatest(userId)).toBeUndefined();
  await userDevices.save({
    userId,
    deviceId: 'new',
    firstSeenAt: at(0),
    lastSeenAt: at(9),
    ip: '192.0.2.9',
  });
  await userDevices.save({ userId, deviceId: 'old', firstSeenAt: at(0), lastSeenAt: at(1) });
  const latest = { userId, firstSeenAt: at(0), lastSeenAt: at(9), ip: '192.0.2.9' };
  expect(await userDevices.findLatest(userId)).toEqual(latest);
});

test('userDevices.save() keeps the newest 50 of a user', async () => {
  const tenant = await stores.createTenant();
  const { userDevices } = tenant;
  const { userId } = (await createUser(tenant)).user;
  for (let minute = 0; minute < 51; minute += 1) {
    const seen = { firstSeenAt: at(minute), lastSeenAt: at(minute) };
    await userDevices.save({ userId, deviceId: `device ${minute}`, ...seen });
  }
  expect(await userDevices.find(userId, 'device 0')).toBeUndefined();
  expect(await userDevices.find(userId, 'device 1')).toBeDefined();
});

test('userDevices.forgetMfa() asks for the second factor in every browser of the user again', async () => {
  const tenant = await stores.createTenant();
  const { userDevices } = tenant;
  const { userId } = (await createUser(tenant)).user;
  const { userId: other } = (await createUser(tenant)).user;
  for (const id of [userId, other]) {
    await userDevices.save({
      userId: id,
      deviceId: 'one',
      firstSeenAt: at(0),
      lastSeenAt: at(0),
      mfaRememberedUntil: at(59),
    });
  }
  await userDevices.forgetMfa(userId);
  expect((await userDevices.find(userId, 'one'))?.mfaRememberedUntil).toBeUndefined();
  expect((await userDevices.find(other, 'one'))?.mfaRememberedUntil).toEqual(at(59));
});
