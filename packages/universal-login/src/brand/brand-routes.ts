import type { FastifyInstance } from 'fastify';
import type { UniversalLoginOptions } from '../options.ts';
import {
  BRAND_STYLESHEET_PATH,
  brandStylesheetPath,
  writeBrandStylesheet,
} from './brand-stylesheet.ts';

const IMMUTABLE = 'public, max-age=31536000, immutable';

/**
 * Adds the tenant's own style sheet. It is written anew for every request, from the settings as they
 * are: the hash in the name only lets browsers keep it.
 */
export function addBrandRoutes(app: FastifyInstance, options: UniversalLoginOptions): void {
  app.get(BRAND_STYLESHEET_PATH, async (request, reply) => {
    const { branding } = options.contextOf(request.raw).tenant.settings;
    const isCurrent = request.url === brandStylesheetPath(branding);
    return reply
      .headers({
        'content-type': 'text/css; charset=utf-8',
        'cache-control': isCurrent ? IMMUTABLE : 'no-store',
        'x-content-type-options': 'nosniff',
      })
      .send(writeBrandStylesheet(branding));
  });
}
