import type { Handler } from '../shared/handler.ts';
import type { PasswordResetPostChallengeAPI } from './api.ts';
import type { PasswordResetPostChallengeEvent } from './event.ts';

export type { PasswordResetPostChallengeAPI } from './api.ts';
export type { PasswordResetPostChallengeCommand } from './commands.ts';
export type {
  PasswordResetPostChallengeEvent,
  PasswordResetPostChallengeEvent as Event,
} from './event.ts';

/** `exports.onExecutePostChallenge` and `exports.onContinuePostChallenge`. */
export type PasswordResetPostChallengeHandler = Handler<
  PasswordResetPostChallengeEvent,
  PasswordResetPostChallengeAPI
>;
