import type { SuspensionCause, TriggerEffects } from '@tessera/engine';
import type { TenantStore } from '@tessera/model';

/** Something that an Action asked for and that no flow of this server does. */
export interface UnservedWish {
  /** In a sentence: "An action asked for …". */
  readonly what: string;
  /** Methods behind `api` that ask for it; the first stands for all when the record names none. */
  readonly methods: readonly [string, ...string[]];
}

const SUSPENSIONS: Readonly<Record<Exclude<SuspensionCause['kind'], 'redirect'>, UnservedWish>> = {
  challenge: {
    what: 'a multi-factor challenge',
    methods: ['authentication.challengeWith', 'authentication.challengeWithAny'],
  },
  enrollment: {
    what: 'the enrollment of a factor',
    methods: ['authentication.enrollWith', 'authentication.enrollWithAny'],
  },
  form: { what: 'a form', methods: ['prompt.render'] },
};

/** Effects by what to call them. Those of tokens and metadata are served wherever they come up. */
const EFFECTS: Readonly<
  Record<
    Exclude<
      keyof TriggerEffects,
      | 'idTokenClaims'
      | 'accessTokenClaims'
      | 'addedScopes'
      | 'removedScopes'
      | 'userMetadata'
      | 'appMetadata'
      | 'transactionMetadata'
    >,
    UnservedWish
  >
> = {
  multifactor: { what: 'multi-factor authentication', methods: ['multifactor.enable'] },
  session: { what: 'a change of the session', methods: ['session'] },
  refreshToken: { what: 'a change of the refresh token', methods: ['refreshToken'] },
  primaryUserId: { what: 'another user', methods: ['authentication.setPrimaryUser'] },
  recordedMethods: {
    what: 'a further authentication method',
    methods: ['authentication.recordMethod'],
  },
  subject: { what: 'a user of its own choice', methods: ['authentication.setUserById'] },
  actor: { what: 'an actor', methods: ['authentication.setActor'] },
  organization: { what: 'an organization', methods: ['authentication.setOrganization'] },
  resultUrl: { what: 'another end of the flow', methods: ['transaction.setResultUrl'] },
};

type EffectName = keyof typeof EFFECTS;

/** What post-login may ask for at a login. */
export const SERVED_AFTER_LOGIN: readonly EffectName[] = [
  'session',
  'refreshToken',
  'primaryUserId',
  'recordedMethods',
];

/** A refresh continues nothing, so that nothing was completed elsewhere. */
export const SERVED_AT_REFRESH = SERVED_AFTER_LOGIN.filter((name) => name !== 'recordedMethods');

export function unservedSuspension(cause: SuspensionCause): UnservedWish | undefined {
  return cause.kind === 'redirect' ? undefined : SUSPENSIONS[cause.kind];
}

/** The first effect that the flow does not serve. A flow that would overlook one issues no token. */
export function unservedEffect(
  effects: TriggerEffects,
  served: readonly EffectName[],
): UnservedWish | undefined {
  for (const [name, wish] of Object.entries(EFFECTS)) {
    const effect = name as EffectName;
    if (effects[effect] !== undefined && !served.includes(effect)) return wish;
  }
  return undefined;
}

/**
 * Says for the Action's author what is missing, and says it in the execution record too: the action that
 * asked failed with it. Returns the text.
 */
export async function reportUnserved(
  store: TenantStore,
  executionId: string | undefined,
  { what, methods }: UnservedWish,
): Promise<string> {
  const execution =
    executionId === undefined ? undefined : await store.executions.find(executionId);
  const asking = execution?.results.findLast(({ commands }) =>
    commands.some(({ method }) => methods.includes(method)),
  );
  const asked = asking?.commands.findLast(({ method }) => methods.includes(method));
  const message = `An action asked for ${what} (api.${asked?.method ?? methods[0]}), which this server does not offer yet.`;
  if (execution === undefined) return message;
  const error = { name: 'Error', message };
  await store.executions.save({
    ...execution,
    status: execution.status === 'suspended' ? 'canceled' : execution.status,
    results: execution.results.map((result) =>
      result === asking ? { ...result, kind: 'failed', error } : result,
    ),
  });
  return message;
}
