import { expect, test } from 'vitest';
import { openStorePerFile } from './open-store-per-file.ts';

const stores = openStorePerFile('custom_texts');
const german = { login: { title: 'Grüß Gott' } };

test('customTexts.replace() sets the texts of a prompt and language, and removes them', async () => {
  const { customTexts } = await stores.createTenant();
  expect(await customTexts.find('login', 'de')).toEqual({});
  await customTexts.replace('login', 'de', { login: { title: 'a', description: 'b' } });
  await customTexts.replace('login', 'de', german);
  await customTexts.replace('consent', 'de', { consent: { title: 'c' } });
  await customTexts.replace('login', 'en', { login: { title: 'd' } });
  expect(await customTexts.find('login', 'de')).toEqual(german);
  expect(await customTexts.list('de')).toEqual([
    { prompt: 'consent', texts: { consent: { title: 'c' } } },
    { prompt: 'login', texts: german },
  ]);
  await customTexts.replace('login', 'de', {});
  expect(await customTexts.find('login', 'de')).toEqual({});
  expect((await customTexts.list('de')).map(({ prompt }) => prompt)).toEqual(['consent']);
});

test('customTexts.list() has the texts of its tenant alone', async () => {
  const [one, other] = [await stores.createTenant(), await stores.createTenant()];
  await one.customTexts.replace('login', 'de', german);
  expect(await other.customTexts.list('de')).toEqual([]);
});

test('customTexts.list() shows what another replica has set', async () => {
  const tenant = await stores.createTenant();
  const replica = await stores.get().openReplica();
  const there = replica.tenant(tenant.tenantId).customTexts;
  expect(await there.list('de')).toEqual([]);
  const told = new Promise<void>((resolve) => {
    replica.onChange(({ tenantId, kind }) => {
      if (tenantId === tenant.tenantId && kind === 'customTexts') resolve();
    });
  });
  await tenant.customTexts.replace('login', 'de', german);
  await told;
  expect(await there.list('de')).toEqual([{ prompt: 'login', texts: german }]);
});
