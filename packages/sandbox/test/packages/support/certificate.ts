import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Key and certificate of a server, and the authority that signed it, all PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];

/** A certificate for `hosts`, of an authority of its own. */
export function createCertificate(hosts: readonly string[]): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'tessera-test-ca-'));
  const at = (name: string) => join(directory, name);
  const issue = (subject: string, name: string, ...rest: string[]) =>
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', ...NEW_KEY, '-subj', `/CN=${subject}`],
        ...['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), ...rest],
      ],
      { stdio: 'ignore' },
    );
  try {
    issue('Test CA', 'ca');
    const names = `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}`;
    const signedBy = ['-CA', at('ca.pem'), '-CAkey', at('ca.key')];
    issue('server', 'own', ...signedBy, '-addext', names, '-addext', 'basicConstraints=CA:FALSE');
    const read = (name: string) => readFileSync(at(name), 'utf8');
    return { key: read('own.key'), cert: read('own.pem'), ca: read('ca.pem') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
