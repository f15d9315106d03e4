import { z } from 'zod';

const enable = z.looseObject({ enable: z.boolean().nullish() }).nullish();
const status = z.enum(['required', 'optional', 'inactive']);

const attribute = z.looseObject({
  identifier: z.looseObject({ active: z.boolean().nullish() }).nullish(),
  profile_required: z.boolean().nullish(),
  signup: z
    .looseObject({
      status: status.nullish(),
      verification: z.looseObject({ active: z.boolean().nullish() }).nullish(),
    })
    .nullish(),
});

/** `code` is the older word for `otp`. */
const emailAttribute = attribute.extend({
  verification_method: z.enum(['link', 'otp', 'code']).nullish(),
});

const complexity = z.looseObject({
  min_length: z.int().min(1).max(72).nullish(),
  character_types: z.array(z.enum(['lowercase', 'uppercase', 'number', 'special'])).nullish(),
  character_type_rule: z.enum(['all', 'three_of_four']).nullish(),
  identical_characters: z.enum(['allow', 'block']).nullish(),
  sequential_characters: z.enum(['allow', 'block']).nullish(),
});

/** Words that a connection may forbid in passwords beside the common ones. */
const dictionary = z.array(z.string().max(50)).max(200).nullish();

/** What a passwordless connection sends: digits and seconds of codes, and the e-mail's own template. */
const passwordless = {
  totp: z
    .looseObject({
      length: z.int().min(4).max(40).nullish(),
      time_step: z.int().min(60).nullish(),
    })
    .nullish()
    .describe('Length in digits and lifetime in seconds of the codes of a passwordless connection'),
  email: z
    .looseObject({
      syntax: z.literal('liquid').nullish(),
      from: z.string().max(1024).nullish(),
      subject: z.string().max(1024).nullish(),
      body: z.string().max(20_480).nullish(),
    })
    .nullish()
    .describe('E-mail of a passwordless connection'),
  template: z.string().max(5120).nullish().describe('Text message of a passwordless connection'),
};

/**
 * Options of a connection. The members named here are acted on and must have these shapes;
 * others are kept and answered as they came.
 */
export const connectionOptionsSchema = z
  .looseObject({
    ...passwordless,
    passwordPolicy: z
      .enum(['none', 'low', 'fair', 'good', 'excellent'])
      .nullish()
      .describe('Password strength level'),
    password_complexity_options: z
      .looseObject({ min_length: z.int().min(1).max(128).nullish() })
      .nullish()
      .describe('Password complexity options'),
    password_no_personal_info: enable,
    password_dictionary: z.looseObject({ enable: z.boolean().nullish(), dictionary }).nullish(),
    password_history: z
      .looseObject({ enable: z.boolean().nullish(), size: z.int().min(0).max(24).nullish() })
      .nullish(),
    password_options: z
      .looseObject({
        complexity: complexity.nullish(),
        dictionary: z
          .looseObject({
            active: z.boolean().nullish(),
            default: z.enum(['en_10k', 'en_100k']).nullish(),
            custom: dictionary,
          })
          .nullish(),
        profile_data: z.looseObject({ active: z.boolean().nullish() }).nullish(),
      })
      .nullish(),
    disable_signup: z.boolean().nullish().describe('Whether signup is disabled.'),
    requires_username: z.boolean().nullish().describe('Whether a username is required at signup.'),
    brute_force_protection: z
      .boolean()
      .nullish()
      .describe('Whether failed logins block an account.'),
    validation: z
      .looseObject({
        username: z
          .looseObject({ min: z.int().min(1).max(128), max: z.int().min(1).max(128) })
          .nullish(),
      })
      .nullish(),
    authentication_methods: z
      .looseObject({
        passkey: z.looseObject({ enabled: z.boolean().nullish() }).nullish(),
        password: z
          .looseObject({
            api_behavior: z.enum(['required', 'optional']).nullish(),
            signup_behavior: z.enum(['allow', 'block']).nullish(),
          })
          .nullish(),
      })
      .nullish(),
    passkey_options: z
      .looseObject({
        challenge_ui: z.enum(['both', 'autofill', 'button']).nullish(),
        progressive_enrollment_enabled: z.boolean().nullish(),
        local_enrollment_enabled: z.boolean().nullish(),
      })
      .nullish(),
    attributes: z
      .looseObject({
        email: emailAttribute.nullish(),
        username: attribute
          .extend({
            validation: z
              .looseObject({
                min_length: z.int().min(1).max(128).nullish(),
                max_length: z.int().min(1).max(128).nullish(),
              })
              .nullish(),
          })
          .nullish(),
        phone_number: attribute.nullish(),
      })
      .nullish(),
  })
  .refine((options) => !Object.keys(options).some((name) => name.startsWith('$')), {
    error: 'Names of options do not start with $',
  })
  .describe('The connection options.');
