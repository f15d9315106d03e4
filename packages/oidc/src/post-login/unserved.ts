import type { SuspensionCause, TriggerEffects } from '@tessera/engine';
import type { TenantStore } from '@tessera/model';

/** Something that an Action asked for and that the flow at hand cannot do. */
export interface UnservedWish {
  /** In a sentence: "An action asked for …". */
  readonly what: string;
  /** The end of that sentence; default: that the flow does not offer it. */
  readonly why?: string;
  /** Methods behind `api` that ask for it; the first stands for all when the record names none. */
  readonly methods: readonly [string, ...string[]];
}

const NEEDS_BROWSER = 'which needs a browser';

/** What people do on pages, for flows that have none. */
const SUSPENSIONS: Readonly<Record<SuspensionCause['kind'], UnservedWish>> = {
  redirect: { what: 'a redirect', why: NEEDS_BROWSER, methods: ['redirect.sendUserTo'] },
  challenge: {
    what: 'a multi-factor challenge',
    why: NEEDS_BROWSER,
    methods: ['authentication.challengeWith', 'authentication.challengeWithAny'],
  },
  enrollment: {
    what: 'the enrollment of a factor',
    why: NEEDS_BROWSER,
    methods: ['authentication.enrollWith', 'authentication.enrollWithAny'],
  },
  form: { what: 'a form', why: NEEDS_BROWSER, methods: ['prompt.render'] },
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
  multifactor: {
    what: 'multi-factor authentication',
    why: NEEDS_BROWSER,
    methods: ['multifactor.enable'],
  },
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
  'multifactor',
  'session',
  'refreshToken',
  'primaryUserId',
  'recordedMethods',
];

/**
 * A refresh continues nothing, so that nothing was completed elsewhere; a second factor is served where the
 * login had one.
 */
export function servedAtRefresh(hadMultifactor: boolean): readonly EffectName[] {
  return SERVED_AFTER_LOGIN.filter(
    (name) => name !== 'recordedMethods' && (name !== 'multifactor' || hadMultifactor),
  );
}

/** What a suspension means where there is no browser. */
export function unservedSuspension(cause: SuspensionCause): UnservedWish {
  return SUSPENSIONS[cause.kind];
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
  { what, why, methods }: UnservedWish,
): Promise<string> {
  return await reportRefusal(store, executionId, {
    methods,
    message: (method) =>
      `An action asked for ${what} (api.${method}), ${why ?? 'which this flow does not offer'}.`,
  });
}

/** The same with a text of the caller's, which is told the method that asked. */
export async function reportRefusal(
  store: TenantStore,
  executionId: string | undefined,
  refusal: {
    readonly methods: UnservedWish['methods'];
    readonly message: (method: string) => string;
  },
): Promise<string> {
  const { methods } = refusal;
  const execution =
    executionId === undefined ? undefined : await store.executions.find(executionId);
  const asking = execution?.results.findLast(({ commands }) =>
    commands.some(({ method }) => methods.includes(method)),
  );
  const asked = asking?.commands.findLast(({ method }) => methods.includes(method));
  const message = refusal.message(asked?.method ?? methods[0]);
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
