import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Branding } from '@tessera/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_CONNECTION_NAME } from '../src/index.ts';
import { CORE_CASSETTES } from './harness/core-cassettes.ts';
import { TestManagement } from './harness/open-management.ts';
import { type Exchange, replay } from './harness/replay.ts';

const FOLDER = new URL('../../../../shared/conformance/', import.meta.url);

/** All exchanges of Actions, and those that show what the recorded tenant had from elsewhere. */
const ACTIONS = { cassettes: 24, exchanges: 349 };
const LEFTOVERS: readonly string[] = [
  // A binding of another test.
  'terraform/TestAccDataSourceAction#14',
  // Two actions of other tests.
  'go-auth0/TestApplyActionsListDefaultsWithNilOptions#0',
];
const nameOf = ({ source, cassette }: Exchange) => `${source}/${cassette}`;
const isSkipped = (exchange: Exchange) => isLeftover(exchange) || isElsewhere(exchange);
const isLeftover = (exchange: Exchange) =>
  LEFTOVERS.includes(`${nameOf(exchange)}#${exchange.seq}`);
/** Domains of one's own are not here; recordings of branding ask for them in passing. */
const isElsewhere = ({ path }: Exchange) => path.startsWith('/api/v2/custom-domains');
/** What the recorded tenant looked like when its recording began. */
const SMOOTH: Branding = {
  primaryColor: '#0059d6',
  pageBackground: '#000000',
  faviconUrl: 'https://mycompany.org/favicon.ico',
  logoUrl: 'https://mycompany.org/v1/logo.png',
  fontUrl: 'https://mycompany.org/font/myfont.ttf',
};
const BRANDING: Readonly<Record<string, Branding>> = {
  'terraform/TestAccBranding': { primaryColor: '#2A2E35', pageBackground: '#FF4F40' },
  'go-auth0/TestBrandingManager_Read': SMOOTH,
  'go-auth0/TestBrandingManager_Update': SMOOTH,
};
/** The recorded build was still under way. */
const isBeforeBuild = ({ responseBody }: Exchange) =>
  /"status":"(?:pending|building)"/.test(JSON.stringify(responseBody) ?? '');

function readCassettes(file: string): readonly (readonly [string, readonly Exchange[]])[] {
  try {
    const text = readFileSync(fileURLToPath(new URL(file, FOLDER)), 'utf8');
    return [...Map.groupBy(JSON.parse(text) as Exchange[], nameOf)];
  } catch {
    return [];
  }
}

const actionCassettes = readCassettes('actions.json');
const cassettes = [
  ...actionCassettes,
  ...readCassettes('core.json').filter(([name]) => CORE_CASSETTES.includes(name)),
];

test.runIf(cassettes.length === 0)(
  'the recordings are absent, nothing is replayed',
  () => undefined,
);

describe.runIf(cassettes.length > 0)('managementApi() answers as recorded', () => {
  let management: TestManagement;
  beforeAll(async () => {
    management = await TestManagement.open('replay');
    management.buildsRunAtOnce = false;
  });
  afterAll(() => management[Symbol.asyncDispose]());

  /** A fresh tenant whose database connection is as that of the recorded ones: usernames, any password. */
  async function openTenant(name: string, branding?: Branding): Promise<void> {
    const store = await management.addTenant(name);
    if (branding) await management.store.tenants.updateSettings(store.tenantId, { branding });
    const connection = await store.connections.findByName(DEFAULT_CONNECTION_NAME);
    await store.connections.update(connection?.id ?? '', {
      options: { ...connection?.options, requires_username: true, passwordPolicy: 'none' },
    });
  }

  test.for(cassettes.map((cassette, index) => [...cassette, index] as const))(
    '%s',
    async ([name, exchanges, index]) => {
      const tenant = `cassette-${index}`;
      await openTenant(tenant, BRANDING[name]);
      const send = async (exchange: Exchange, path: string, body: unknown) => {
        if (!isBeforeBuild(exchange)) await management.build();
        const raw = (body as { readonly $raw?: string } | undefined)?.$raw;
        const sent =
          raw === undefined
            ? exchange.method === 'GET'
              ? {}
              : { body }
            : { raw, contentType: exchange.requestContentType ?? '' };
        return await management.request(exchange.method, path, { ...sent, tenant });
      };
      expect(await replay(exchanges, send, isSkipped)).toEqual([]);
    },
  );

  test('every exchange of Actions is replayed, but for the leftovers', () => {
    const exchanges = actionCassettes.flatMap(([, list]) => list);
    expect({ cassettes: actionCassettes.length, exchanges: exchanges.length }).toEqual(ACTIONS);
    expect(exchanges.filter(isLeftover)).toHaveLength(LEFTOVERS.length);
  });

  test('every cassette of the list is there', () => {
    const names = cassettes.map(([name]) => name);
    expect(CORE_CASSETTES.filter((name) => !names.includes(name))).toEqual([]);
  });
});
