/** How the actions of a trigger are written. */
export interface TriggerAuthoring {
  /** Export that runs the action. */
  readonly execute: string;
  /** Export that goes on after the person came back from another site. */
  readonly continue?: string;
  /** Names of the types that `event` and `api` have in JSDoc: `@param {Event} event`. */
  readonly apiType: string;
  /**
   * Declarations that make `Event` and the API's type global, for editors: an action then needs no
   * import to be checked. One trigger at a time, and without the DOM library, which has an `Event`
   * of its own.
   */
  readonly ambientDeclarations: string;
}

function describeTrigger(
  trigger: string,
  handlers: Pick<TriggerAuthoring, 'execute' | 'continue'>,
): TriggerAuthoring {
  const apiType = `${trigger}API`;
  const source = "import('@tessera/action-types')";
  return {
    ...handlers,
    apiType,
    ambientDeclarations: `type Event = ${source}.${trigger}Event;\ntype ${apiType} = ${source}.${apiType};\n`,
  };
}

/** The triggers whose actions can be written, by id. */
export const TRIGGER_AUTHORING = {
  'post-login': describeTrigger('PostLogin', {
    execute: 'onExecutePostLogin',
    continue: 'onContinuePostLogin',
  }),
  'credentials-exchange': describeTrigger('CredentialsExchange', {
    execute: 'onExecuteCredentialsExchange',
  }),
  'pre-user-registration': describeTrigger('PreUserRegistration', {
    execute: 'onExecutePreUserRegistration',
  }),
  'post-user-registration': describeTrigger('PostUserRegistration', {
    execute: 'onExecutePostUserRegistration',
  }),
  'post-change-password': describeTrigger('PostChangePassword', {
    execute: 'onExecutePostChangePassword',
  }),
  'password-reset-post-challenge': describeTrigger('PasswordResetPostChallenge', {
    execute: 'onExecutePostChallenge',
    continue: 'onContinuePostChallenge',
  }),
  'send-phone-message': describeTrigger('SendPhoneMessage', {
    execute: 'onExecuteSendPhoneMessage',
  }),
  'custom-token-exchange': describeTrigger('CustomTokenExchange', {
    execute: 'onExecuteCustomTokenExchange',
  }),
  'custom-email-provider': describeTrigger('CustomEmailProvider', {
    execute: 'onExecuteCustomEmailProvider',
  }),
  'custom-phone-provider': describeTrigger('CustomPhoneProvider', {
    execute: 'onExecuteCustomPhoneProvider',
  }),
  'event-stream': describeTrigger('EventStream', { execute: 'onExecuteEventStream' }),
} as const satisfies Readonly<Record<string, TriggerAuthoring>>;

/** Id of a trigger whose actions can be written. */
export type AuthorableTriggerId = keyof typeof TRIGGER_AUTHORING;
