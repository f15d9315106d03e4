import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { generate } from 'selfsigned';
import type { TlsConfig } from './config.ts';
import { StartupError } from './startup-error.ts';

/** Certificate chain and key in PEM, and the local CA's certificate where there is one. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  /** Certificates that clients on this machine must trust to reach this server. */
  readonly ca: string | undefined;
}

const DAY_MS = 86_400_000;
const CA_DAYS = 3650;
/** Browsers refuse server certificates that are valid for longer than 398 days. */
const SERVER_DAYS = 397;
/** A certificate is replaced at a start when it has less left than this. */
const RENEW_BEFORE_DAYS = 30;

/** Loads the files, or makes a local CA and a certificate in `<dataDir>/tls`; undefined when TLS is off. */
export async function loadTls(
  config: TlsConfig,
  dataDir: string,
  baseHost: string,
): Promise<TlsMaterial | undefined> {
  switch (config.kind) {
    case 'off':
      return undefined;
    case 'files':
      return readPair(config.certFile, config.keyFile);
    case 'auto':
      return await localCertificate(join(dataDir, 'tls'), baseHost);
  }
}

/** Refuses what is no certificate, no key, or no pair, before anything listens with it. */
function readPair(certFile: string, keyFile: string): TlsMaterial {
  const cert = readPem(certFile);
  const key = readPem(keyFile);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new StartupError(
      `TESSERA_TLS_CERT (${certFile}) and TESSERA_TLS_KEY (${keyFile}) are not a PEM certificate and its key.`,
      { cause },
    );
  }
  return { cert, key, ca: undefined };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new StartupError(
      `the TLS file ${file} cannot be read. Check TESSERA_TLS_CERT and TESSERA_TLS_KEY.`,
      { cause },
    );
  }
}

async function localCertificate(directory: string, baseHost: string): Promise<TlsMaterial> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const ca = load(directory, 'ca') ?? (await createCa(directory));
  const names = serverNames(baseHost);
  const known = load(directory, 'server');
  if (known !== undefined && covers(known.cert, ca.cert, names)) {
    return { cert: chainOf(known.cert, ca.cert), key: known.key, ca: ca.cert };
  }
  const made = await generate([{ name: 'commonName', value: baseHost }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + SERVER_DAYS * DAY_MS),
    ca: { key: ca.key, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) =>
          isIP(name) ? { type: 7, ip: name } : { type: 2, value: name },
        ),
      },
    ],
  });
  save(directory, 'server', { cert: made.cert, key: made.private });
  return { cert: chainOf(made.cert, ca.cert), key: made.private, ca: ca.cert };
}

/** The server's certificate, then its CA's, as TLS sends them. */
function chainOf(cert: string, ca: string): string {
  return `${cert.trimEnd()}\n${ca}`;
}

/** The base host, localhost and 127.0.0.1, and every subdomain of the names. */
function serverNames(baseHost: string): string[] {
  const names = [...new Set([baseHost, 'localhost', '127.0.0.1'])];
  return names.flatMap((name) => (isIP(name) ? [name] : [name, `*.${name}`]));
}

async function createCa(directory: string): Promise<{ cert: string; key: string }> {
  const made = await generate([{ name: 'commonName', value: 'Tessera local CA' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + CA_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const ca = { cert: made.cert, key: made.private };
  save(directory, 'ca', ca);
  return ca;
}

function covers(cert: string, ca: string, names: readonly string[]): boolean {
  const certificate = new X509Certificate(cert);
  const alternatives = certificate.subjectAltName ?? '';
  return (
    Date.parse(certificate.validTo) - Date.now() > RENEW_BEFORE_DAYS * DAY_MS &&
    certificate.verify(new X509Certificate(ca).publicKey) &&
    names.every((name) => alternatives.includes(isIP(name) ? `IP Address:${name}` : `DNS:${name}`))
  );
}

function load(directory: string, name: string): { cert: string; key: string } | undefined {
  try {
    return {
      cert: readFileSync(join(directory, `${name}.pem`), 'utf8'),
      key: readFileSync(join(directory, `${name}-key.pem`), 'utf8'),
    };
  } catch {
    // Not made yet; a file that exists but cannot be read fails when it is written.
    return undefined;
  }
}

/** The key goes first: a certificate without its key is never found. */
function save(directory: string, name: string, pair: { cert: string; key: string }): void {
  for (const [file, text, mode] of [
    [`${name}-key.pem`, pair.key, 0o600],
    [`${name}.pem`, pair.cert, 0o644],
  ] as const) {
    const path = join(directory, file);
    writeFileSync(`${path}.new`, text, { mode });
    renameSync(`${path}.new`, path);
  }
}
