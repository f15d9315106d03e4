import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { createClientAddress } from '../src/client-address.ts';

function request(peer: string, headers: Record<string, string>): IncomingMessage {
  return { socket: { remoteAddress: peer }, headers } as unknown as IncomingMessage;
}

const cases: [
  name: string,
  trusted: string[],
  peer: string,
  forwarded: string | undefined,
  ip: string,
][] = [
  ['takes the peer without proxies', [], '203.0.113.9', undefined, '203.0.113.9'],
  ['believes nobody by default', [], '203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['believes a trusted proxy', ['10.0.0.0/8'], '10.1.2.3', '198.51.100.1', '198.51.100.1'],
  [
    'ignores what the client wrote itself',
    ['10.0.0.0/8'],
    '10.1.2.3',
    '1.2.3.4, 198.51.100.1',
    '198.51.100.1',
  ],
  [
    'walks a chain of proxies',
    ['10.0.0.0/8'],
    '10.1.2.3',
    '198.51.100.1, 10.9.9.9',
    '198.51.100.1',
  ],
  ['keeps the proxy when the header is garbage', ['10.0.0.0/8'], '10.1.2.3', 'evil', '10.1.2.3'],
  ['reads IPv4 in IPv6 form', ['10.0.0.1'], '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
];
test.for(cases)('ipOf() %s', ([, trusted, peer, forwarded, ip]) => {
  const headers: Record<string, string> =
    forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  expect(createClientAddress(trusted).ipOf(request(peer, headers))).toBe(ip);
});

test('hostOf() takes the forwarded host from a trusted proxy only', () => {
  const headers = { host: 'inner:3000', 'x-forwarded-host': 'id.example.com' };
  expect(createClientAddress(['10.0.0.1']).hostOf(request('10.0.0.1', headers))).toBe(
    'id.example.com',
  );
  expect(createClientAddress([]).hostOf(request('203.0.113.9', headers))).toBe('inner:3000');
});

test('createClientAddress() refuses an entry that is no address', () => {
  expect(() => createClientAddress(['proxy.example.com'])).toThrow(/TESSERA_TRUST_PROXY/);
});
