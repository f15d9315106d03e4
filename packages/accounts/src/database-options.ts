import type { Connection } from '@tessera/model';
import { z } from 'zod';
import { LIMITS } from './limits.ts';
import {
  type PasswordPolicy,
  passwordOptionsSchema,
  readPasswordPolicy,
} from './password-policy.ts';

/** How a connection uses one kind of identifier. */
export interface IdentifierUse {
  /** People may log in with it. */
  readonly isActive: boolean;
  readonly signUp: 'required' | 'optional' | 'inactive';
}

/** Which addresses people prove by a code right after they have signed up. */
export interface SignUpVerification {
  /** `optional`: they may go on without, and get a link. */
  readonly email: 'none' | 'optional' | 'required';
  readonly phone: 'none' | 'required';
}

/** What the options of a database connection mean for accounts. */
export interface DatabaseOptions {
  readonly isSignUpDisabled: boolean;
  readonly isPasswordRequiredByApi: boolean;
  readonly hasBruteForceProtection: boolean;
  readonly email: IdentifierUse;
  /** How people prove an address, and get to a new password. */
  readonly emailMethod: 'link' | 'code';
  readonly signUpVerification: SignUpVerification;
  readonly username: IdentifierUse & { readonly minLength: number; readonly maxLength: number };
  readonly phoneNumber: IdentifierUse;
  readonly passwordPolicy: PasswordPolicy;
}

const attributeSchema = z.object({
  identifier: z.object({ active: z.boolean().nullish() }).nullish(),
  signup: z
    .object({
      status: z.enum(['required', 'optional', 'inactive']).nullish(),
      verification: z.object({ active: z.boolean().nullish() }).nullish(),
    })
    .nullish(),
  profile_required: z.boolean().nullish(),
  /** `otp` is the management API's word for `code`. */
  verification_method: z.enum(['link', 'otp', 'code']).nullish(),
});

/** The members that this package acts on; others belong to other packages and pass. */
const optionsSchema = passwordOptionsSchema.extend({
  disable_signup: z.boolean().nullish(),
  requires_username: z.boolean().nullish(),
  brute_force_protection: z.boolean().nullish(),
  validation: z
    .object({ username: z.object({ min: z.number(), max: z.number() }).nullish() })
    .nullish(),
  authentication_methods: z
    .object({
      password: z
        .object({
          api_behavior: z.enum(['required', 'optional']).nullish(),
          signup_behavior: z.enum(['allow', 'block']).nullish(),
        })
        .nullish(),
    })
    .nullish(),
  attributes: z
    .object({
      email: attributeSchema.nullish(),
      username: attributeSchema
        .extend({
          validation: z
            .object({ min_length: z.number().nullish(), max_length: z.number().nullish() })
            .nullish(),
        })
        .nullish(),
      phone_number: attributeSchema.nullish(),
    })
    .nullish(),
});

type Options = z.infer<typeof optionsSchema>;
type Attribute = z.infer<typeof attributeSchema>;

/**
 * Reads the options of a database connection. Throws when a member that this package acts on has a
 * shape that the management API would have refused: guessing could switch a protection off.
 */
export function parseDatabaseOptions(connection: Connection): DatabaseOptions {
  const parsed = optionsSchema.safeParse(connection.options);
  if (!parsed.success) {
    throw new Error(`Options of connection "${connection.name}" are not valid`, {
      cause: parsed.error,
    });
  }
  const options = parsed.data;
  return {
    isSignUpDisabled:
      options.disable_signup === true ||
      options.authentication_methods?.password?.signup_behavior === 'block',
    isPasswordRequiredByApi: options.authentication_methods?.password?.api_behavior !== 'optional',
    hasBruteForceProtection: options.brute_force_protection !== false,
    ...readIdentifiers(options),
    ...readVerification(options),
    passwordPolicy: readPasswordPolicy(options),
  };
}

function readVerification({
  attributes,
}: Options): Pick<DatabaseOptions, 'emailMethod' | 'signUpVerification'> {
  const isByCode = (attributes?.email?.verification_method ?? 'link') !== 'link';
  const isEmailRequired = attributes?.email?.signup?.verification?.active === true;
  const isPhoneRequired = attributes?.phone_number?.signup?.verification?.active === true;
  const unlessRequired = isByCode ? 'optional' : 'none';
  return {
    emailMethod: isByCode ? 'code' : 'link',
    signUpVerification: {
      email: isEmailRequired ? 'required' : unlessRequired,
      phone: isPhoneRequired ? 'required' : 'none',
    },
  };
}

function readIdentifiers(
  options: Options,
): Pick<DatabaseOptions, 'email' | 'username' | 'phoneNumber'> {
  const legacy = options.validation?.username;
  const hasUsername = options.requires_username === true;
  const attributes = options.attributes ?? {
    email: { identifier: { active: true }, signup: { status: 'required' } },
    username: hasUsername
      ? { identifier: { active: true }, signup: { status: 'required' } }
      : undefined,
  };
  const lengths = attributes.username?.validation;
  return {
    email: readUse(attributes.email),
    username: {
      ...readUse(attributes.username),
      minLength: lengths?.min_length ?? legacy?.min ?? 1,
      maxLength: Math.min(
        lengths?.max_length ?? legacy?.max ?? LIMITS.usernameLength,
        LIMITS.usernameLength,
      ),
    },
    phoneNumber: readUse(attributes.phone_number),
  };
}

/** An attribute that is not listed is not used; a listed one is asked for unless it says otherwise. */
function readUse(attribute: Attribute | null | undefined): IdentifierUse {
  if (!attribute) return { isActive: false, signUp: 'inactive' };
  return {
    isActive: attribute.identifier?.active === true,
    signUp: attribute.signup?.status ?? (attribute.profile_required ? 'required' : 'optional'),
  };
}
