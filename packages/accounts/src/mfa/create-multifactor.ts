import type { Multifactor } from '@tessera/model';
import { readAccessToken } from './access-token.ts';
import { beginChallenge } from './begin-challenge.ts';
import { beginEnrollment } from './begin-enrollment.ts';
import { createEnrollmentTickets } from './enrollment-tickets.ts';
import {
  describeFactor,
  listEnabledTypes,
  listUsableAuthenticators,
  toEnrolledFactors,
} from './factor-types.ts';
import type { MultifactorOptions } from './multifactor-services.ts';
import { regenerateRecoveryCode } from './recovery-code.ts';
import { removeFactor } from './remove-factor.ts';
import { createTokens } from './tokens.ts';
import { verifyFactor } from './verify-factor.ts';

/** Creates the services of second factors. They keep no state: any replica can go on where another stopped. */
export function createMultifactor(options: MultifactorOptions): Multifactor {
  const listUsableFactors: Multifactor['listUsableFactors'] = async (context, user) =>
    (await listUsableAuthenticators(context, user)).map(describeFactor);
  return {
    ...createTokens(options),
    ...createEnrollmentTickets(options),
    readAccessToken: (context, token) => readAccessToken(options, context, token),
    listEnabledTypes,
    listUsableFactors,
    listEnrolledFactors: async (context, user) =>
      toEnrolledFactors(await listUsableFactors(context, user)),
    beginChallenge: (context, subject, challenge) =>
      beginChallenge(options, context, subject, challenge),
    beginEnrollment: (context, subject, enrollment) =>
      beginEnrollment(options, context, subject, enrollment),
    verify: (context, subject, proof) => verifyFactor(options, context, subject, proof),
    removeFactor: (context, user, authenticatorId) =>
      removeFactor(options, context, user, authenticatorId),
    regenerateRecoveryCode: (context, user) => regenerateRecoveryCode(options, context, user),
  };
}
