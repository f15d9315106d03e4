import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenMultifactor, openMultifactor } from './open-multifactor.ts';
import { createSoftwareDevice } from './software-device.ts';

let opened: OpenMultifactor;
beforeAll(async () => {
  opened = await openMultifactor('multifactor-push');
});
afterAll(() => opened[Symbol.asyncDispose]());

type User = Awaited<ReturnType<OpenMultifactor['createUser']>>;
const BASE_URL = 'https://login.example/';
const createDevice = (alg?: string) => createSoftwareDevice(BASE_URL, () => opened.clock.time, alg);

async function begin(user: User, binding = 'enrollment') {
  const { multifactor, context } = opened;
  const subject = { user, binding };
  const { enrollment } = await multifactor.beginEnrollment(context, subject, {
    type: 'push-notification',
  });
  if (enrollment.kind !== 'push') throw new Error('expected a device');
  return { ...enrollment, subject };
}

async function enroll(alg?: string) {
  const { multifactor, devices, context, createUser } = opened;
  const user = await createUser();
  const device = await createDevice(alg);
  const { barcodeUri, oobCode, subject } = await begin(user);
  const id = await devices.register(context, await device.register(barcodeUri));
  const verdict = await multifactor.verify(context, subject, { kind: 'oob', oobCode });
  if (verdict.kind !== 'passed') throw new Error(`the enrollment is ${verdict.kind}`);
  return { user, device, id };
}

async function ask(user: User, binding = 's') {
  const { multifactor, context } = opened;
  const [factor] = await multifactor.listUsableFactors(context, user);
  const subject = { user, binding };
  const challenge = await multifactor.beginChallenge(context, subject, {
    authenticatorId: factor?.authenticatorId ?? '',
  });
  if (challenge.kind !== 'push') throw new Error('expected a device');
  const proof = { kind: 'oob', oobCode: challenge.oobCode } as const;
  return { verify: (who = subject) => multifactor.verify(context, who, proof) };
}

test.for(['ES256', 'EdDSA'])(
  'a device with a key of %s is set up, asked, and answers',
  async (alg) => {
    const { devices, context } = opened;
    const { user, device, id } = await enroll(alg);
    expect(await devices.listRequests(context, await device.list(id))).toEqual([]);
    const { verify } = await ask(user);
    expect(await verify()).toEqual({ kind: 'pending' });
    const [question] = await devices.listRequests(context, await device.list(id));
    expect(question).toMatchObject({ ip: '192.0.2.1', userAgent: 'test' });
    await devices.answer(context, await device.answer(id, question?.id ?? '', 'accept'));
    expect(await verify()).toMatchObject({ kind: 'passed', type: 'push-notification' });
    expect(await verify()).toEqual({ kind: 'wrong' });
  },
);

test('a device that refuses ends the challenge; the answer cannot be taken back', async () => {
  const { devices, context, listLogs } = opened;
  const { user, device, id } = await enroll();
  const { verify } = await ask(user);
  const [question] = await devices.listRequests(context, await device.list(id));
  const answer = async (kind: 'accept' | 'reject') =>
    devices.answer(context, await device.answer(id, question?.id ?? '', kind));
  await answer('reject');
  await expect(answer('accept')).rejects.toMatchObject({ code: 'not_found' });
  expect(await verify()).toEqual({ kind: 'rejected' });
  expect((await listLogs('gd_auth_rejected')).map(({ userId }) => userId)).toContain(user.userId);
});

test('before a device is registered the enrollment waits, and confirms nothing', async () => {
  const { multifactor, context, createUser } = opened;
  const user = await createUser();
  const { oobCode, subject } = await begin(user);
  const verify = () => multifactor.verify(context, subject, { kind: 'oob', oobCode });
  expect(await verify()).toEqual({ kind: 'pending' });
  expect(await multifactor.listUsableFactors(context, user)).toEqual([]);
});

describe('a message is refused', () => {
  test('that registers a second key with the same QR code', async () => {
    const { devices, context, createUser } = opened;
    const { barcodeUri } = await begin(await createUser());
    await devices.register(context, await (await createDevice()).register(barcodeUri));
    const thief = await createDevice();
    await expect(devices.register(context, await thief.register(barcodeUri))).rejects.toMatchObject(
      { code: 'invalid_token' },
    );
  });

  test('of another key, tenant, time or type', async () => {
    const { devices, context } = opened;
    const { device, id } = await enroll();
    const thief = await createDevice();
    const seconds = Math.floor(opened.clock.time.getTime() / 1000);
    const messages = [
      await thief.list(id),
      await device.list(id, { aud: 'https://other.example/' }),
      await device.list(id, { iat: seconds - 600 }),
      await device.list(id, { iat: seconds + 600 }),
      await device.list('push|dev_0000000000000000'),
      await device.sign({ iss: id }, { typ: 'JWT' }),
      `${(await device.list(id)).slice(0, -4)}AAAA`,
      'garbage',
      '',
      `${'A'.repeat(5000)}.e30.`,
    ];
    for (const message of messages) {
      await expect(devices.listRequests(context, message)).rejects.toMatchObject({
        code: 'invalid_token',
      });
    }
  });

  test('that answers the question of another user', async () => {
    const { devices, context } = opened;
    const [one, other] = [await enroll(), await enroll()];
    const { verify } = await ask(one.user);
    const [question] = await devices.listRequests(context, await one.device.list(one.id));
    const forged = await other.device.answer(other.id, question?.id ?? '', 'accept');
    await expect(devices.answer(context, forged)).rejects.toMatchObject({ code: 'not_found' });
    expect(await verify()).toEqual({ kind: 'pending' });
  });

  test('that accepts a question which a newer one replaced', async () => {
    const { devices, context } = opened;
    const { user, device, id } = await enroll();
    const old = await ask(user, 'of an attacker');
    const [question] = await devices.listRequests(context, await device.list(id));
    const recent = await ask(user, 'of the person');
    const answer = await device.answer(id, question?.id ?? '', 'accept');
    await expect(devices.answer(context, answer)).rejects.toMatchObject({ code: 'not_found' });
    expect(await old.verify()).toEqual({ kind: 'wrong' });
    expect(await recent.verify()).toEqual({ kind: 'pending' });
  });
});

test('an accepted question passes nobody else and no other flow', async () => {
  const { devices, context, createUser } = opened;
  const { user, device, id } = await enroll();
  const { verify } = await ask(user);
  const [question] = await devices.listRequests(context, await device.list(id));
  await devices.answer(context, await device.answer(id, question?.id ?? '', 'accept'));
  expect(await verify({ user, binding: 'another' })).toEqual({ kind: 'wrong' });
  expect(await verify({ user: await createUser(), binding: 's' })).toEqual({ kind: 'wrong' });
  expect(await verify()).toMatchObject({ kind: 'passed' });
});
