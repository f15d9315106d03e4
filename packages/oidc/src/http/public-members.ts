/** Parameters that are secret, or that carry tokens: no Action, page or log gets them. */
const SECRET_MEMBERS: ReadonlySet<string> = new Set([
  'client_secret',
  'client_assertion',
  'password',
  'code',
  'code_verifier',
  'refresh_token',
  'access_token',
  'id_token',
  'id_token_hint',
  'token',
  'subject_token',
  'actor_token',
  'assertion',
  'request',
  'otp',
  'mfa_token',
  'oob_code',
  'binding_code',
  'recovery_code',
]);

/** The text members of a query or body that may be shown to Actions. */
export function publicMembers(source: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(source).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === 'string' && !SECRET_MEMBERS.has(entry[0]),
    ),
  );
}
