import type { Handler } from '../shared/handler.ts';
import type { PostLoginAPI } from './api/api.ts';
import type { PostLoginEvent } from './event/event.ts';

export type { PostLoginAPI } from './api/api.ts';
export type { AuthenticationAPI, EnrollmentFactor } from './api/authentication.ts';
export type {
  EffectiveRole,
  GroupList,
  GroupsAPI,
  ListParams,
  RoleList,
  RolesAPI,
  UserGroup,
} from './api/membership.ts';
export type {
  EnableMultifactorOptions,
  MultifactorAPI,
  MultifactorProvider,
} from './api/multifactor.ts';
export type { LoginRedirectAPI } from './api/redirect.ts';
export type { SamlAttributeValue, SamlResponseAPI } from './api/saml-response.ts';
export type { RefreshTokenAPI, SessionAPI } from './api/session.ts';
export type { PostLoginCommand } from './commands.ts';
export type { PostLoginEvent, PostLoginEvent as Event } from './event/event.ts';
export type { EventSession, SessionCookieMode } from './event/session.ts';

/** `exports.onExecutePostLogin` and `exports.onContinuePostLogin`. */
export type PostLoginHandler = Handler<PostLoginEvent, PostLoginAPI>;
