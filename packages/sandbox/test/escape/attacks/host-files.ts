import type { Attack, AttackClass } from '../attack.ts';

/** Every way of naming a file that is not the Action's own, each read by the plainest call. */
const PATHS: readonly (readonly [tries: string, path: string])[] = [
  ['a file of the machine', `'/etc/passwd'`],
  ['a file that everybody may read', `HOST.secretFile`],
  ['a path with dots', `os.tmpdir() + '/../../../../../../../..' + HOST.secretFile`],
  [
    'a path with dots inside of a wildcard',
    `os.tmpdir() + '/x/../../../../../..' + HOST.secretFile`,
  ],
  ['a path with doubled slashes', `'//' + HOST.secretFile`],
  ['a relative path', `path.relative(process.cwd(), HOST.secretFile)`],
  ['a path as a buffer', `Buffer.from(HOST.secretFile)`],
  ['a path as bytes', `new Uint8Array(Buffer.from(HOST.secretFile))`],
  ['a file URL', `require('node:url').pathToFileURL(HOST.secretFile)`],
  ['a file URL of localhost', `new URL('file://localhost' + HOST.secretFile)`],
  ['a file URL with encoded dots', `new URL('file:///tmp/%2e%2e' + HOST.secretFile)`],
  ['the root of its own process', `'/proc/self/root' + HOST.secretFile`],
  ['the root of its thread', `'/proc/thread-self/root' + HOST.secretFile`],
  ['the working directory of its process', `'/proc/self/cwd' + HOST.secretFile`],
  ['the root of the first process', `'/proc/1/root' + HOST.secretFile`],
  ['the root of the host', `'/proc/' + HOST.pid + '/root' + HOST.secretFile`],
  ['the environment of its process', `'/proc/self/environ'`],
  ['the environment of the first process', `'/proc/1/environ'`],
  ['the environment of the host', `'/proc/' + HOST.pid + '/environ'`],
  ['the command line of the host', `'/proc/' + HOST.pid + '/cmdline'`],
  ['the maps of its own memory', `'/proc/self/maps'`],
  ['the maps of the host', `'/proc/' + HOST.pid + '/maps'`],
  ['the mounts', `'/proc/self/mountinfo'`],
  ['the network of the machine', `'/proc/net/tcp'`],
  ['the processors of the machine', `'/proc/cpuinfo'`],
  ['the program of its process', `'/proc/self/exe'`],
  ['the password hashes', `'/etc/shadow'`],
  ['the resolver of the machine', `'/etc/resolv.conf'`],
];

const reads: readonly Attack[] = PATHS.map(([what, expression]) => ({
  tries: `reads ${what}`,
  code: `return fs.readFileSync(${expression}).toString('latin1').slice(0, 50);`,
  control: !/wildcard|first process/.test(what),
}));

const WAYS: readonly Attack[] = [
  ...Object.entries({
    'opens a descriptor': `return fs.openSync(HOST.secretFile, 'r');`,
    'opens with promises': `return (await fs.promises.readFile(HOST.secretFile, 'utf8'));`,
    'opens a file handle': `return (await fs.promises.open(HOST.secretFile)).fd;`,
    'streams a file': `for await (const chunk of fs.createReadStream(HOST.secretFile)) return chunk;`,
    'opens a file as a blob': `return await (await fs.openAsBlob(HOST.secretFile)).text();`,
    'copies a file to itself': `fs.copyFileSync(HOST.secretFile, os.tmpdir() + '/copied'); return fs.readFileSync(os.tmpdir() + '/copied');`,
    'copies with fs.cp': `fs.cpSync(HOST.secretFile, os.tmpdir() + '/copied-2'); return fs.readFileSync(os.tmpdir() + '/copied-2');`,
    'copies a directory': `fs.cpSync(path.dirname(HOST.secretFile), os.tmpdir() + '/copied-3', { recursive: true, filter: (from) => !from.includes('socket') }); return fs.readdirSync(os.tmpdir() + '/copied-3');`,
    'copies with fs.promises.cp': `await fs.promises.cp(HOST.secretFile, os.tmpdir() + '/copied-4'); return fs.readFileSync(os.tmpdir() + '/copied-4');`,
    'lists a directory': `return fs.readdirSync('/etc').join();`,
    'lists the root': `return fs.readdirSync('/').join();`,
    'lists its descriptors': `return fs.readdirSync('/proc/self/fd').join();`,
    'lists processes': `return fs.readdirSync('/proc').join();`,
    'opens a directory': `return fs.opendirSync('/etc').readSync().name;`,
    'walks with a pattern': `return fs.globSync('/etc/*').join();`,
    'asks for a file': `return fs.existsSync(HOST.secretFile) || undefined;`,
    'asks what a file is': `return fs.statSync(HOST.secretFile).size;`,
    'asks what a link is': `return fs.lstatSync(HOST.secretFile).size;`,
    'asks for access': `fs.accessSync(HOST.secretFile); return 'there';`,
    'resolves a path': `return fs.realpathSync.native(HOST.secretFile);`,
    'reads where a link leads': `return fs.readlinkSync('/proc/self/exe');`,
    'asks for the size of a file system': `return fs.statfsSync('/etc').blocks;`,
    'reads through a symbolic link': `const link = os.tmpdir() + '/link'; fs.symlinkSync(HOST.secretFile, link); return fs.readFileSync(link);`,
    'reads through a relative symbolic link': `const link = os.tmpdir() + '/link-2'; fs.symlinkSync('../../../../../../..' + HOST.secretFile, link); return fs.readFileSync(link);`,
    'reads through a linked directory': `const link = os.tmpdir() + '/link-3'; fs.symlinkSync('..', link, 'dir'); return fs.readFileSync(link + '/../../../../../..' + HOST.secretFile);`,
    'reads through a link with promises': `const link = os.tmpdir() + '/link-4'; await fs.promises.symlink(HOST.secretFile, link); return fs.readFileSync(link);`,
    'reads through a hard link': `const link = os.tmpdir() + '/hard'; fs.linkSync(HOST.secretFile, link); return fs.readFileSync(link);`,
    'watches a directory': `fs.watch('/etc').close(); return 'watched';`,
    'requires a file': `return require('node:module').createRequire('/x.js')(HOST.secretFile + '.json').secret;`,
    'imports a file': `return (await import(HOST.secretFile + '.mjs')).secret;`,
    'imports a file URL': `return (await import('file://' + HOST.secretFile + '.mjs')).secret;`,
    'loads a file through a loader': `const m = { exports: {} }; require('node:module')._extensions['.json'](m, HOST.secretFile + '.json'); return m.exports.secret;`,
    'loads an environment file': `process.loadEnvFile(HOST.secretFile + '.env'); return process.env.SECRET;`,
    'finds a package file': `return require('node:module').findPackageJSON('x', HOST.secretFile) ?? require('node:module').findPackageJSON('..', path.dirname(HOST.secretFile) + '/a/b.js');`,
    'fetches a file': `return await (await fetch('file://' + HOST.secretFile)).text();`,
    'reads memory of the machine': `return fs.readSync(fs.openSync('/dev/mem', 'r'), Buffer.alloc(1));`,
    'reads messages of the kernel': `return fs.readSync(fs.openSync('/dev/kmsg', 'r'), Buffer.alloc(1_000));`,
    'opens a terminal': `return fs.openSync('/dev/tty', 'r+');`,
    'opens its descriptor by name': `return fs.openSync('/dev/fd/3', 'r+');`,
    'reads a descriptor that is nobody of its own': `
      for (let fd = 6; fd < 256; fd += 1) {
        let stat; try { stat = fs.fstatSync(fd); } catch { continue; }
        if (stat.isFile() || stat.isDirectory() || stat.isBlockDevice()) return 'descriptor ' + fd;
      }`,
    'writes outside of its directory': `fs.writeFileSync(HOST.openDir + '/written', 'x'); return 'written';`,
    'appends to a file': `fs.appendFileSync(HOST.openDir + '/appended', 'x'); return 'written';`,
    'makes a directory': `fs.mkdirSync(HOST.openDir + '/made'); return 'made';`,
    'makes a temporary directory elsewhere': `return fs.mkdtempSync(HOST.openDir + '/x');`,
    'makes a temporary directory by dots': `return fs.mkdtempSync(os.tmpdir() + '/../../../../../..' + HOST.openDir + '/x');`,
    'moves a file out': `fs.writeFileSync(os.tmpdir() + '/mine', 'x'); fs.renameSync(os.tmpdir() + '/mine', HOST.openDir + '/moved'); return 'moved';`,
    'moves a file in': `fs.renameSync(HOST.openDir + '/prize', os.tmpdir() + '/prize'); return 'moved';`,
    'removes a file': `fs.rmSync(HOST.openDir + '/prize'); return 'removed';`,
    'cuts a file': `fs.truncateSync(HOST.openDir + '/prize', 0); return 'cut';`,
    'changes the mode of a file': `fs.chmodSync(HOST.openDir + '/prize', 0o600); return 'changed';`,
    'changes the owner of a file': `fs.chownSync(HOST.openDir + '/prize', process.getuid(), process.getgid()); return 'changed';`,
    'changes the times of a file': `fs.utimesSync(HOST.openDir + '/prize', 1, 1); return 'changed';`,
    'writes a heap snapshot elsewhere': `return require('node:v8').writeHeapSnapshot(HOST.openDir + '/heap');`,
    'writes a report elsewhere': `return process.report.writeReport(HOST.openDir + '/report');`,
    'writes a compile cache elsewhere': `const m = require('node:module'); const { status, directory } = m.enableCompileCache(HOST.openDir + '/cache'); m.flushCompileCache(); return status === m.constants.compileCacheStatus.ENABLED && fs.existsSync(HOST.openDir + '/prize') ? directory : undefined;`,
    'reaches files with tampered buffers': `Buffer.prototype.utf8Write = () => 0; Buffer.prototype.toString = () => os.tmpdir() + '/x'; return fs.readFileSync(new Uint8Array(Buffer.from(HOST.secretFile)));`,
    'reaches files with a tampered path module': `path.resolve = path.toNamespacedPath = (p) => p; return fs.readFileSync(HOST.secretFile);`,
    'asks the permission model to let it': `const p = process.permission; if (p === undefined) return 'none'; p.has = () => true; return fs.readFileSync(HOST.secretFile);`,
  }).map(([tries, code]) => ({ tries, code })),
];

/** What the control cannot do without doing it, or what needs a machine of its own. */
const NOT_IN_CONTROL =
  /kernel|memory of the machine|terminal|nobody of its own|owner of a file|moves a file in|removes a file|cuts a file|its descriptor by name|report|let it|link is|fetches|relative symbolic|linked directory|by dots|tampered|finds a package/;

export const HOST_FILES: AttackClass = {
  name: 'host files',
  attacks: [
    ...reads,
    ...WAYS.map((attack) => ({ ...attack, control: !NOT_IN_CONTROL.test(attack.tries) })),
  ],
};
