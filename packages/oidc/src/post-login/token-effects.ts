import type { TriggerEffects } from '@tessera/engine';

/** What a trigger run asked of the tokens. */
export type TokenEffects = Pick<
  TriggerEffects,
  'idTokenClaims' | 'accessTokenClaims' | 'addedScopes' | 'removedScopes'
>;

export function toTokenEffects(effects: TriggerEffects): TokenEffects {
  const { idTokenClaims, accessTokenClaims, addedScopes, removedScopes } = effects;
  return { idTokenClaims, accessTokenClaims, addedScopes, removedScopes };
}

/** The scope of the access token after `addScope` and `removeScope`; the ID token keeps its own. */
export function applyScopeEffects(
  scope: string | undefined,
  { addedScopes, removedScopes }: TokenEffects,
): string | undefined {
  const names = new Set(scope === undefined || scope === '' ? [] : scope.split(' '));
  for (const name of removedScopes) names.delete(name);
  for (const name of addedScopes) names.add(name);
  return names.size === 0 ? undefined : [...names].join(' ');
}
