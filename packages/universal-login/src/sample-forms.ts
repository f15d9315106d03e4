import type { ConnectionForms } from '@tessera/accounts';

/** What an ordinary connection asks for; for the samples of screens. */
export const SAMPLE_FORMS: ConnectionForms = {
  email: { isActive: true, signUp: 'required' },
  username: { isActive: false, signUp: 'inactive' },
  phoneNumber: { isActive: false, signUp: 'inactive' },
  isSignUpDisabled: false,
  emailMethod: 'link',
  signUpVerification: { email: 'none', phone: 'none' },
  passwordRules: [
    { code: 'lengthAtLeast', message: '', format: [8], isMet: false },
    {
      code: 'containsAtLeast',
      message: '',
      format: [3, 4],
      isMet: false,
      items: [
        { code: 'lowerCase', message: '', isMet: true },
        { code: 'upperCase', message: '', isMet: false },
        { code: 'numbers', message: '', isMet: false },
        { code: 'specialCharacters', message: '', isMet: false },
      ],
    },
  ],
};
