import type { EventEnrolledFactor, EventIdentity } from '../../shared/identity.ts';
import type { EventUser } from '../../shared/user.ts';

/** The person who logs in. */
export interface PostLoginUser extends EventUser {
  readonly identities: EventIdentity[];
  readonly enrolledFactors?: EventEnrolledFactor[];
  /** Providers of second factors that the person is enrolled with. */
  readonly multifactor?: string[];
  readonly [member: string]: unknown;
}
