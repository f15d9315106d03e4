import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Branding, Tenant } from '@tessera/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SCHEMES, writeBrandStylesheet } from '../src/brand/brand-stylesheet.ts';
import { contrast, labelOn, readableOn, readColor, writeColor } from '../src/brand/color.ts';
import { LOGIN_SCREEN } from '../src/login/screens.ts';
import { openPages, showForm } from './open-pages.ts';
import { brandedTenant, renderSample } from './sample-pages.ts';

const LOGIN = { name: 'login', screen: LOGIN_SCREEN, sample: 'empty' };
const renderLogin = (tenant: Tenant) => renderSample(LOGIN, 'en', tenant);

/** Values of a style sheet's variables, the last one of each name. */
function readVariables(css: string): ReadonlyMap<string, string> {
  return new Map(
    [...css.matchAll(/(--[\w-]+):([^;}]+)/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

const anyColor = fc
  .integer({ min: 0, max: 0xff_ff_ff })
  .map((value) => `#${value.toString(16).padStart(6, '0')}`);

describe('readColor()', () => {
  test.for([
    ['#abc', '#aabbcc'],
    ['#AABBCC', '#aabbcc'],
    ['#abcd', '#aabbcc'],
    ['#aabbccdd', '#aabbcc'],
  ])('reads %s', ([text = '', expected]) => {
    expect(writeColor(readColor(text) ?? [0, 0, 0])).toBe(expected);
  });

  test.for(['', 'red', '#ab', '#abcde', '#ggg', '#aabbcc;}body{display:none', null, 7])(
    'refuses %s',
    (text) => expect(readColor(text)).toBeUndefined(),
  );
});

describe('readableOn()', () => {
  test('gives text of every colour on every ground a contrast of 4.5', () => {
    fc.assert(
      fc.property(anyColor, anyColor, (text, ground) => {
        const on = readColor(ground) ?? [0, 0, 0];
        expect(contrast(readableOn(readColor(text) ?? [0, 0, 0], on), on)).toBeGreaterThanOrEqual(
          4.5,
        );
        expect(contrast(labelOn(on), on)).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });

  test('leaves what can be read as it is', () => {
    expect(readableOn([15, 107, 99], [255, 255, 255])).toEqual([15, 107, 99]);
  });
});

describe('writeBrandStylesheet()', () => {
  test('is empty without a brand', () => {
    expect(writeBrandStylesheet(undefined)).toBe('');
    expect(writeBrandStylesheet({ logoUrl: 'https://a.example/logo.png' })).toBe('');
  });

  test('keeps buttons, links and the footer readable, whatever colours were chosen', () => {
    fc.assert(
      fc.property(anyColor, anyColor, (primaryColor, pageBackground) => {
        const css = writeBrandStylesheet({ primaryColor, pageBackground });
        const [light = '', dark = ''] = css.split('@media');
        for (const [part, { card }] of [
          [light, SCHEMES.light],
          [dark, SCHEMES.dark],
        ] as const) {
          const value = (name: string) => readColor(readVariables(part).get(name)) ?? [0, 0, 0];
          expect(contrast(value('--on-accent'), value('--accent'))).toBeGreaterThanOrEqual(4.5);
          expect(contrast(value('--on-accent'), value('--accent-strong'))).toBeGreaterThanOrEqual(
            4.5,
          );
          expect(contrast(value('--link'), card)).toBeGreaterThanOrEqual(4.5);
          expect(contrast(value('--ring'), card)).toBeGreaterThanOrEqual(3);
          expect(contrast(value('--foot'), value('--ground'))).toBeGreaterThanOrEqual(4.5);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('puts the footer on a card where no colour is readable on all of a gradient', () => {
    const page_background = { type: 'linear-gradient', start: '#000', end: '#fff', angle_deg: 35 };
    const css = writeBrandStylesheet({ extra: { page_background } });
    expect(css).toContain('--page-image:linear-gradient(35deg,#000000,#ffffff)');
    expect(readVariables(css).get('--foot-ground')).toBeDefined();
  });

  test('lets nothing out of its place', () => {
    const hostile = 'https://a.example/f.woff")}body{display:none}/*';
    const css = writeBrandStylesheet({
      primaryColor: '#fff;}body{display:none}',
      pageBackground: 'url(https://a.example)',
      fontUrl: hostile,
      extra: { page_background: { type: 'linear-gradient', start: 'red;}', end: '#fff' } },
    });
    expect(css).not.toContain('body{');
    expect(writeBrandStylesheet({ fontUrl: 'http://a.example/f.woff' })).toBe('');
  });

  test('knows the colours of the style sheet it stands beside', () => {
    const css = readFileSync(join(import.meta.dirname, '../assets/pages.css'), 'utf8');
    const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');
    expect(light).toContain(`--card: ${writeColor(SCHEMES.light.card)}`);
    expect(light).toContain(`--soft: ${writeColor(SCHEMES.light.soft)}`);
    expect(dark).toContain(`--card: ${writeColor(SCHEMES.dark.card)}`);
    expect(dark).toContain(`--soft: ${writeColor(SCHEMES.dark.soft)}`);
  });
});

describe('a tenant’s brand', () => {
  test('is on its pages: logo, icon, colours and font, each under the page’s policy', async () => {
    const branding: Branding = {
      logoUrl: 'https://cdn.example/logo.png',
      faviconUrl: 'https://cdn.example/icon.png',
      primaryColor: '#ea5323',
      fontUrl: 'https://cdn.example/font.woff2',
    };
    await using pages = await openPages('brand_page', { settings: { branding } });
    const { html } = await showForm(pages, 'login');
    expect(html).toContain('src="https://cdn.example/logo.png"');
    expect(html).toContain('<link rel="icon" href="https://cdn.example/icon.png">');
    const path = /href="(\/u\/brand\/[^"]+)"/.exec(html)?.[1] ?? '';
    const sheet = await pages.app.inject(path);
    expect(sheet.headers).toMatchObject({ 'content-type': 'text/css; charset=utf-8' });
    expect(sheet.headers['cache-control']).toContain('immutable');
    expect(sheet.body).toContain('--accent:#ea5323');
    expect(sheet.body).toContain('url("https://cdn.example/font.woff2")');
    const older = await pages.app.inject('/u/brand/older.css');
    expect(older.headers['cache-control']).toBe('no-store');
    const state = pages.transactions.open();
    const { headers } = await pages.app.inject(`/u/login?state=${state}`);
    expect(headers['content-security-policy']).toContain('font-src https: data:');
    expect(headers['content-security-policy']).not.toContain('unsafe-inline');
  });

  test('shows addresses that are none of a picture’s as nothing', async () => {
    const html = await renderLogin(
      brandedTenant({ logoUrl: 'javascript:alert(1)', faviconUrl: 'http://x' }),
    );
    expect(html).not.toContain('javascript:');
    expect(html).toContain('/u/assets/mark.');
  });
});
