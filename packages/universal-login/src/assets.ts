import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** A file that pages refer to. Its name holds its content's hash, so it may be cached for ever. */
export interface Asset {
  /** Path on every tenant's host, e.g. `/u/assets/pages.0123456789ab.css`. */
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
  /** The body for browsers that take gzip; of large files. */
  readonly gzipped?: Buffer;
}

/** Smaller files are not worth compressing, in characters. */
const LARGE = 20_000;

/** Works from `src` and from `dist`: both lie beside `assets`. */
const FOLDER = join(import.meta.dirname, '..', 'assets');

function loadAsset(name: string, contentType: string, edit = (text: string) => text): Asset {
  return createAsset(name, contentType, edit(readFileSync(join(FOLDER, name), 'utf8')));
}

function createAsset(name: string, contentType: string, body: string): Asset {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  const dot = name.lastIndexOf('.');
  const path = `/u/assets/${name.slice(0, dot)}.${hash}${name.slice(dot)}`;
  return { path, contentType, body, ...(body.length < LARGE ? {} : { gzipped: gzipSync(body) }) };
}

const mosaic = loadAsset('mosaic.svg', 'image/svg+xml');
const icon = loadAsset('mark.svg', 'image/svg+xml');
const stylesheet = loadAsset('pages.css', 'text/css; charset=utf-8', (css) =>
  css.replaceAll('url("mosaic.svg")', `url("${mosaic.path}")`),
);

/** `assets/scripts/<name>.js`, by name. */
const scripts = new Map(
  readdirSync(join(FOLDER, 'scripts'))
    .filter((file) => file.endsWith('.js'))
    .map((file) => [
      file.slice(0, -3),
      loadAsset(`scripts/${file}`, 'text/javascript; charset=utf-8'),
    ]),
);

/** The estimator of passwords as a classic script, in parts: `assets/scripts/strength.js` loads them. */
function loadEstimator(part: string, entryUrl: string): Asset {
  const entry = fileURLToPath(entryUrl);
  const body = readFileSync(join(dirname(entry), 'zxcvbn-ts.js'), 'utf8');
  const withoutMap = body.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
  return createAsset(`scripts/zxcvbn-${part}.js`, 'text/javascript; charset=utf-8', withoutMap);
}

const estimator = [
  loadEstimator('core', import.meta.resolve('@zxcvbn-ts/core')),
  loadEstimator('language-common', import.meta.resolve('@zxcvbn-ts/language-common')),
] as const;

/** Everything under `/u/assets/`. */
export const ASSETS: readonly Asset[] = [
  mosaic,
  icon,
  stylesheet,
  ...scripts.values(),
  ...estimator,
];
/** Where the pages find theirs. */
export const ASSET_PATHS = {
  icon: icon.path,
  stylesheet: stylesheet.path,
  /** In the order in which they are loaded. */
  estimator: estimator.map(({ path }) => path).join(' '),
} as const;

/** Where the pages find `assets/scripts/<name>.js`. Throws when there is none. */
export function scriptPath(name: string): string {
  const script = scripts.get(name);
  if (script === undefined) throw new Error(`There is no script assets/scripts/${name}.js`);
  return script.path;
}
