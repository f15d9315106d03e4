import type { BasicRequest, Dictionary } from '@tessera/action-types';
import type { RequestFacts } from '@tessera/model';
import { withoutUndefined } from '../../json/without-undefined.ts';

/** `event.request`, the members that every trigger has. */
export function buildRequest(facts: RequestFacts): BasicRequest {
  return withoutUndefined({
    geoip: { ...facts.geoip },
    hostname: facts.hostname,
    ip: facts.ip,
    language: facts.language,
    method: facts.method,
    user_agent: facts.userAgent,
  });
}

/** `event.request` with its body. */
export function buildRequestWithBody(facts: RequestFacts): BasicRequest & { body: Dictionary } {
  return { ...buildRequest(facts), body: { ...facts.body } };
}
