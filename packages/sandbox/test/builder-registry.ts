import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { create } from 'tar';

/** A package to publish. `links` are symbolic links inside it. */
export interface FakePackage {
  readonly manifest: { readonly name: string; readonly version: string } & Readonly<
    Record<string, unknown>
  >;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly links?: Readonly<Record<string, string>>;
}

/** A package with one file, `index.js`. */
export function plainPackage(
  name: string,
  source: string,
  manifest: Readonly<Record<string, unknown>> = {},
): FakePackage {
  return {
    manifest: { version: '1.0.0', main: 'index.js', ...manifest, name },
    files: { 'index.js': source },
  };
}

export interface FakeRegistry extends AsyncDisposable {
  readonly url: string;
  /** `host:port`. */
  readonly host: string;
  readonly requests: readonly {
    readonly path: string;
    readonly authorization: string | undefined;
  }[];
  /** Answers everything from now on, instead of the packages. */
  answerWith(handler: (request: IncomingMessage, response: ServerResponse) => void): void;
}

/** An npm registry on loopback that serves `packages`. */
export async function startRegistry(packages: readonly FakePackage[]): Promise<FakeRegistry> {
  const requests: { path: string; authorization: string | undefined }[] = [];
  const archives = new Map<string, Buffer>();
  for (const entry of packages) archives.set(archivePath(entry), await pack(entry));
  let override: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    requests.push({ path, authorization: request.headers.authorization });
    if (override !== undefined) return override(request, response);
    const archive = archives.get(path);
    const versions = packages.filter(({ manifest }) => `/${manifest.name}` === path);
    if (archive !== undefined) return response.end(archive);
    if (versions.length === 0) return response.writeHead(404).end('{}');
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(describePackage(versions, archives, url)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `http://${host}/`;
  return {
    url,
    host,
    requests,
    answerWith: (handler) => {
      override = handler;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function archivePath({ manifest }: FakePackage): string {
  return `/${manifest.name}/-/${manifest.version}.tgz`;
}

function describePackage(
  versions: readonly FakePackage[],
  archives: ReadonlyMap<string, Buffer>,
  url: string,
): object {
  const described = versions.map((version) => {
    const archive = archives.get(archivePath(version)) ?? Buffer.alloc(0);
    const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
    const dist = { tarball: `${url}${archivePath(version).slice(1)}`, integrity };
    return [version.manifest.version, { ...version.manifest, dist }] as const;
  });
  const latest = described.at(-1)?.[0];
  return {
    name: versions[0]?.manifest.name,
    'dist-tags': { latest },
    versions: Object.fromEntries(described),
  };
}

async function pack({ manifest, files, links = {} }: FakePackage): Promise<Buffer> {
  const root = await mkdtemp(join(tmpdir(), 'tessera-pack-'));
  try {
    const all = { ...files, 'package.json': JSON.stringify(manifest) };
    for (const [path, content] of Object.entries(all)) {
      await mkdir(dirname(join(root, 'package', path)), { recursive: true });
      await writeFile(join(root, 'package', path), content);
    }
    for (const [path, target] of Object.entries(links))
      await symlink(target, join(root, 'package', path));
    const chunks: Buffer[] = [];
    for await (const chunk of create({ gzip: true, cwd: root, portable: true }, ['package']))
      chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
