export type {
  ChainAction,
  ChainActionResult,
  ChainEnvironment,
  ChainRequest,
  ScopeReport,
} from './chain/chain-contract.ts';
export { runChain } from './chain/run-chain.ts';
export { buildCredentialsExchangeEvent } from './events/build-credentials-exchange-event.ts';
export { buildCustomTokenExchangeEvent } from './events/build-custom-token-exchange-event.ts';
export { buildEventStreamEvent } from './events/build-event-stream-event.ts';
export {
  buildCustomEmailProviderEvent,
  buildCustomPhoneProviderEvent,
  buildSendPhoneMessageEvent,
} from './events/build-message-events.ts';
export { buildPasswordResetPostChallengeEvent } from './events/build-password-reset-event.ts';
export { buildPostChangePasswordEvent } from './events/build-post-change-password-event.ts';
export { buildPostLoginEvent } from './events/build-post-login-event.ts';
export {
  buildPostUserRegistrationEvent,
  buildPreUserRegistrationEvent,
} from './events/build-registration-events.ts';
export * from './events/facts.ts';
export { overlayEvent } from './events/overlay-event.ts';
export { SAMPLE_EVENTS } from './events/samples/sample-events.ts';
export * from './events/trigger-facts.ts';
export {
  type FoldedEnd,
  type FoldedRun,
  type FoldInput,
  foldResults,
} from './fold/fold-results.ts';
export * as LIMITS from './limits.ts';
export { chooseLocale, type LocaleWishes, matchLocale } from './locale/choose-locale.ts';
export {
  type ActionCache,
  type CacheScope,
  type CacheWrite,
  createActionCache,
} from './pipeline/action-cache.ts';
export {
  answerHostCall,
  type HostCallSources,
} from './pipeline/answer-host-call.ts';
export {
  createTriggerPipeline,
  type TriggerPipelineParts,
} from './pipeline/create-trigger-pipeline.ts';
export type { HostCall } from './pipeline/host-call.ts';
export { toRunnableContent } from './pipeline/load-actions.ts';
export * from './trigger-pipeline.ts';
