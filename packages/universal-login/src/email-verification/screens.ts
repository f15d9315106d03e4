import { defineScreen, type Screen } from '../screen.ts';

/** Says that an address is verified. */
export const EMAIL_VERIFIED_SCREEN = defineScreen<{
  readonly email: string;
  readonly applicationUrl: string | null;
}>({
  name: 'email-verification/verified',
  title: 'email-verification.verified-title',
  forms: 'none',
  samples: {
    plain: { data: () => ({ email: 'ada@example.com', applicationUrl: null }) },
    application: {
      data: () => ({
        email: 'ada@example.com',
        applicationUrl: 'https://shop.example.com/login',
      }),
    },
  },
});

/** Asks whether the block of an account is to be lifted; a look at the link alone must not do it. */
export const UNBLOCK_SCREEN = defineScreen<object>({
  name: 'email-verification/unblock',
  title: 'email-verification.unblock-title',
  forms: 'self',
  samples: { plain: { data: () => ({}) } },
});

export const UNBLOCKED_SCREEN = defineScreen<object>({
  name: 'email-verification/unblocked',
  title: 'email-verification.unblocked-title',
  forms: 'none',
  samples: { plain: { data: () => ({}) } },
});

export const EMAIL_VERIFICATION_SCREENS: readonly Screen<object>[] = [
  EMAIL_VERIFIED_SCREEN,
  UNBLOCK_SCREEN,
  UNBLOCKED_SCREEN,
];
