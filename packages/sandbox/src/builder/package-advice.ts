/** What to use instead of packages with native code, after the words "use …". */
const INSTEAD_OF_NATIVE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    argon2: 'hash-wasm, which has Argon2 as WebAssembly',
    bcrypt: 'bcryptjs, which has the same functions and hashes',
    'better-sqlite3': 'a database over the network, for example with pg, or api.cache',
    canvas: 'a service that draws, over HTTPS',
    farmhash: 'node:crypto',
    'ffi-napi': 'a service over HTTPS',
    grpc: '@grpc/grpc-js',
    kerberos: 'a gateway over HTTPS; tickets of the machine are out of reach anyway',
    libxmljs: '@xmldom/xmldom with xpath',
    libxmljs2: '@xmldom/xmldom with xpath',
    'node-rdkafka': 'kafkajs',
    'node-sass': 'styles that are compiled beforehand',
    'pg-native': 'pg alone, which speaks the protocol in JavaScript',
    scrypt: 'scrypt of node:crypto',
    sharp: 'jimp, or a service for images over HTTPS',
    sqlite3: 'a database over the network, for example with pg, or api.cache',
  }),
);

interface Unservable {
  readonly why: string;
  readonly instead: string;
}

const BROWSER: Unservable = {
  why: 'starts a browser, and actions cannot start processes',
  instead: 'a service that renders pages, over HTTPS',
};
const COMPILER: Unservable = {
  why: 'compiles native code in other processes, and actions run JavaScript alone',
  instead: 'packages of JavaScript or WebAssembly',
};
const THREADS: Unservable = {
  why: 'runs its work on other threads, and actions cannot start any',
  instead: 'await in the handler itself',
};

/** Packages of JavaScript whose whole purpose the sandbox refuses. */
const UNSERVABLE: ReadonlyMap<string, Unservable> = new Map(
  Object.entries({
    '@playwright/test': BROWSER,
    'node-gyp': COMPILER,
    'node-pre-gyp': COMPILER,
    '@mapbox/node-pre-gyp': COMPILER,
    phantomjs: BROWSER,
    piscina: THREADS,
    playwright: BROWSER,
    'playwright-chromium': BROWSER,
    'playwright-core': BROWSER,
    pm2: {
      why: 'starts processes, which actions cannot',
      instead: 'the code itself in the action',
    },
    puppeteer: BROWSER,
    'puppeteer-core': BROWSER,
    'selenium-webdriver': BROWSER,
    shelljs: {
      why: 'runs commands of a shell, which actions cannot',
      instead: 'built-ins of Node.js',
    },
    execa: { why: 'starts processes, which actions cannot', instead: 'a service over HTTPS' },
    tinypool: THREADS,
    workerpool: THREADS,
  }),
);

/** Ends a message about a package with native code; empty when there is nothing to say. */
export function adviseForNative(packageName: string): string {
  const instead = INSTEAD_OF_NATIVE.get(packageName);
  return instead === undefined ? '' : `; use ${instead}`;
}

/** Why a declared package can do nothing in an action, and what can; undefined for all others. */
export function findUnservable(packageName: string): string | undefined {
  const found = UNSERVABLE.get(packageName);
  return found === undefined
    ? undefined
    : `${packageName} ${found.why}; use ${found.instead} instead`;
}
