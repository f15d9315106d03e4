import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadTls } from '../src/tls.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tessera-tls-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('loadTls() makes a local CA and a certificate that it signed', async () => {
  const tls = await loadTls({ kind: 'auto' }, directory, 'id.example.test');
  const certificate = new X509Certificate(tls?.cert ?? '');
  const ca = new X509Certificate(tls?.ca ?? '');
  expect(certificate.verify(ca.publicKey)).toBe(true);
  expect(certificate.checkHost('acme.id.example.test')).toBeDefined();
  expect(certificate.checkHost('localhost')).toBeDefined();
  expect(certificate.checkIP('127.0.0.1')).toBeDefined();
  expect(certificate.checkHost('example.org')).toBeUndefined();
});

test('loadTls() keeps both over restarts, keys readable by the owner alone', async () => {
  const first = await loadTls({ kind: 'auto' }, directory, 'localhost');
  expect(await loadTls({ kind: 'auto' }, directory, 'localhost')).toEqual(first);
  for (const file of ['ca-key.pem', 'server-key.pem']) {
    expect(statSync(join(directory, 'tls', file)).mode & 0o777).toBe(0o600);
  }
});

test('loadTls() renews the certificate, not the CA, for another base host', async () => {
  const first = await loadTls({ kind: 'auto' }, directory, 'localhost');
  const second = await loadTls({ kind: 'auto' }, directory, 'id.example.test');
  expect(second?.ca).toBe(first?.ca);
  expect(new X509Certificate(second?.cert ?? '').checkHost('id.example.test')).toBeDefined();
});

test('loadTls() names a file that cannot be read', async () => {
  await expect(
    loadTls({ kind: 'files', certFile: `${directory}/none.pem`, keyFile: 'k' }, directory, 'x'),
  ).rejects.toThrow(/none\.pem cannot be read/);
});
