import { expect, test } from 'vitest';
import { describePackages, type PackageGroup } from './support/package-probes.ts';

const DATA: PackageGroup = {
  dependencies: {
    lodash: '4.18.1',
    uuid: '14.0.3',
    jsonwebtoken: '9.0.3',
    jose: '6.2.17',
    validator: '13.15.35',
    'ipaddr.js': '2.5.0',
    'date-fns': '4.4.0',
    moment: '2.31.0',
    zod: '4.6.7',
    ajv: '8.20.0',
  },
  probes: {
    lodash: `const _ = require('lodash');
      return [_.groupBy([1, 2, 3], (n) => n % 2 ? 'odd' : 'even'), _.template('Hi <%= name %>')({ name: 'Ada' }), _.get({ a: [{ b: 1 }] }, 'a[0].b')];`,
    uuid: `const { v4, v5, validate, version } = require('uuid');
      return [validate(v4()), version(v4()), v5('example.com', v5.DNS)];`,
    jsonwebtoken: `const jwt = require('jsonwebtoken'); const { generateKeyPairSync } = require('node:crypto');
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const token = jwt.sign({ sub: 'ada' }, privateKey, { algorithm: 'RS256', expiresIn: '1h' });
      const refused = (() => { try { jwt.verify(jwt.sign({ a: 1 }, 'right'), 'wrong'); } catch (error) { return error.name; } })();
      return [jwt.verify(token, publicKey).sub, refused];`,
    jose: `const { SignJWT, jwtVerify, generateKeyPair, EncryptJWT, jwtDecrypt } = require('jose');
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      const token = await new SignJWT({ role: 'admin' }).setProtectedHeader({ alg: 'ES256' }).setIssuer('me').setExpirationTime('1h').sign(privateKey);
      const { payload } = await jwtVerify(token, publicKey, { issuer: 'me' });
      const secret = new Uint8Array(32).fill(7);
      const sealed = await new EncryptJWT({ a: 1 }).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(secret);
      return [payload.role, (await jwtDecrypt(sealed, secret)).payload.a];`,
    validator: `const validator = require('validator');
      return [validator.isEmail('ada@example.com'), validator.isURL('no url'), validator.normalizeEmail('Ada.L@GMAIL.com')];`,
    'ipaddr.js': `const ipaddr = require('ipaddr.js');
      return [ipaddr.parse('10.1.2.3').match(ipaddr.parseCIDR('10.0.0.0/8')), ipaddr.process('::ffff:1.2.3.4').toString(), ipaddr.parse('127.0.0.1').range()];`,
    'date-fns': `const { addBusinessDays, formatISO, differenceInDays } = require('date-fns'); const { de } = require('date-fns/locale'); const { format } = require('date-fns');
      return [differenceInDays(new Date('2026-03-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z')), format(new Date(2026, 2, 1), 'EEEE', { locale: de }), formatISO(addBusinessDays(new Date(2026, 2, 6), 1), { representation: 'date' })];`,
    moment: `const moment = require('moment');
      return [moment.utc('2026-02-28T23:00:00Z').add(2, 'hours').format('YYYY-MM-DD'), moment.duration(90, 'minutes').humanize()];`,
    zod: `const { z } = require('zod'); const schema = z.object({ email: z.email(), age: z.coerce.number().int().min(18) });
      return [schema.parse({ email: 'ada@example.com', age: '36' }), schema.safeParse({ email: 'x', age: 3 }).error.issues.map((issue) => issue.path[0])];`,
    ajv: `const Ajv = require('ajv'); const validate = new Ajv({ allErrors: true }).compile({ type: 'object', properties: { a: { type: 'integer', minimum: 2 } }, required: ['a', 'b'] });
      return [validate({ a: 3, b: 1 }), validate({ a: 1 }), validate.errors.map((error) => error.keyword)];`,
  },
};

const TEXT: PackageGroup = {
  dependencies: {
    xpath: '0.0.34',
    '@xmldom/xmldom': '0.9.12',
    debug: '4.4.3',
    bcryptjs: '3.0.3',
    qs: '6.17.1',
    'form-data': '4.0.6',
  },
  probes: {
    'xpath with @xmldom/xmldom': `const xpath = require('xpath'); const { DOMParser, XMLSerializer } = require('@xmldom/xmldom');
      const document = new DOMParser().parseFromString('<a xmlns="urn:x"><b id="1">one</b><b id="2">two</b></a>', 'text/xml');
      const select = xpath.useNamespaces({ x: 'urn:x' });
      return [select('string(//x:b[@id="2"])', document), select('//x:b', document).length, new XMLSerializer().serializeToString(document)];`,
    debug: `const debug = require('debug'); debug.enable('app:*'); const lines = [];
      const log = debug('app:login'); log.log = (...args) => lines.push(require('node:util').format(...args)); log('user %s', 'ada'); debug('app:console')('to the console'); debug('other')('never');
      return [lines.length, /app:login.*user ada/.test(lines[0]), debug.enabled('app:x')];`,
    bcryptjs: `const bcrypt = require('bcryptjs'); const hash = await bcrypt.hash('secret', 4);
      return [await bcrypt.compare('secret', hash), await bcrypt.compare('other', hash), bcrypt.getRounds(hash), hash.slice(0, 7)];`,
    qs: `const qs = require('qs'); return [qs.stringify({ a: [1, 2], b: { c: 'd e' } }, { arrayFormat: 'brackets' }), qs.parse('a[b][]=1&a[b][]=2')];`,
    'form-data': `const FormData = require('form-data'); const form = new FormData(); form.append('name', 'Ada'); form.append('file', Buffer.from('hello'), { filename: 'a.txt', contentType: 'text/plain' });
      const text = form.getBuffer().toString(); return [text.includes('name="file"; filename="a.txt"'), text.includes('hello'), form.getHeaders()['content-type'].startsWith('multipart/form-data; boundary='), form.getLengthSync() === text.length];`,
  },
};

const EXPECTED: Readonly<Record<string, unknown>> = {
  lodash: [{ odd: [1, 3], even: [2] }, 'Hi Ada', 1],
  uuid: [true, 4, 'cfbff0d1-9375-5685-968c-48ce8b15ae17'],
  jsonwebtoken: ['ada', 'JsonWebTokenError'],
  jose: ['admin', 1],
  validator: [true, false, 'adal@gmail.com'],
  'ipaddr.js': [true, '1.2.3.4', 'loopback'],
  'date-fns': [28, 'Sonntag', '2026-03-09'],
  moment: ['2026-03-01', '2 hours'],
  zod: [{ email: 'ada@example.com', age: 36 }, ['email', 'age']],
  ajv: [true, false, ['required', 'minimum']],
  'xpath with @xmldom/xmldom': [
    'two',
    2,
    '<a xmlns="urn:x"><b id="1">one</b><b id="2">two</b></a>',
  ],
  debug: [1, true, true],
  bcryptjs: [true, false, 4, '$2b$04$'],
  qs: ['a%5B%5D=1&a%5B%5D=2&b%5Bc%5D=d%20e', { a: { b: ['1', '2'] } }],
  'form-data': [true, true, true, true],
};

await describePackages('packages that compute', { groups: [DATA, TEXT], options: {} }, (probes) => {
  test.for(Object.entries(EXPECTED))('%s', async ([name, expected]) => {
    expect(await probes.call(name)).toEqual(expected);
  });

  test('debug writes to the console of the action', async () => {
    const { results } = await probes.run('debug');
    expect(results[0]?.logs).toMatchObject([
      { message: expect.stringContaining('app:console to the console') },
    ]);
  });
});
