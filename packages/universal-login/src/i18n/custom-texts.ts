import type { CustomTexts, JsonObject, JsonValue } from '@tessera/model';
import { FALLBACK_LANGUAGE, type Texts, TRANSLATIONS } from './translations.ts';

/**
 * Keys of the management API's custom texts by prompt and screen, in the words of the hosted
 * service, and the texts of ours that they stand for. Our own keys work too, without their area where
 * the prompt has its name: `{"login": {"new-here": "…"}}` of the prompt `login` is `login.new-here`.
 */
const KEYS: Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>>
> = {
  login: {
    login: {
      pageTitle: ['login.title'],
      title: ['login.welcome'],
      description: ['login.lede', 'login.lede-connection'],
      buttonText: ['login.submit'],
      signupActionText: ['login.new-here'],
      signupActionLinkText: ['login.sign-up'],
      footerText: ['login.new-here'],
      footerLinkText: ['login.sign-up'],
      passwordPlaceholder: ['common.password'],
      emailPlaceholder: ['login.identifier.email'],
      usernameOnlyPlaceholder: ['login.identifier.username'],
      phonePlaceholder: ['login.identifier.phone'],
      usernamePlaceholder: ['login.identifier.email-username'],
      'wrong-credentials': ['account.wrong-credentials'],
      'wrong-email-credentials': ['account.wrong-credentials'],
      'user-blocked': ['account.blocked'],
      'no-password': ['login.password-empty'],
      'no-email': ['login.identifier-empty'],
    },
  },
  signup: {
    signup: {
      pageTitle: ['signup.title'],
      title: ['signup.title'],
      description: ['signup.lede', 'signup.lede-connection'],
      buttonText: ['signup.submit'],
      loginActionText: ['signup.have-account'],
      loginActionLinkText: ['signup.log-in'],
      passwordPlaceholder: ['common.password'],
      emailPlaceholder: ['common.email'],
      usernamePlaceholder: ['common.username'],
      phonePlaceholder: ['common.phone'],
    },
  },
  consent: {
    consent: {
      pageTitle: ['consent.title'],
      title: ['consent.heading'],
      acceptButtonText: ['consent.accept'],
      declineButtonText: ['consent.deny'],
    },
  },
  logout: {
    logout: {
      pageTitle: ['system.confirm-logout-title'],
      title: ['system.confirm-logout-heading'],
      logoutPrompt: ['system.confirm-logout-lede'],
      acceptButtonText: ['system.confirm-logout'],
      declineButtonText: ['system.stay-logged-in'],
    },
    'logout-complete': {
      pageTitle: ['system.logged-out-title'],
      title: ['system.logged-out-heading'],
      description: ['system.logged-out-lede'],
    },
  },
};

/** Variables of the hosted service's texts, and our placeholders. */
const VARIABLES: Readonly<Record<string, string>> = {
  clientName: '{application}',
  companyName: '{tenant}',
};

/** The tenant's texts by our keys. What pages do not know of is left out. */
export function readCustomTexts(prompts: readonly CustomTexts[]): Texts {
  const found = new Map<string, string>();
  for (const { prompt, texts } of prompts) {
    for (const [screen, members] of Object.entries(texts)) {
      if (!isObject(members)) continue;
      for (const [name, text] of Object.entries(members)) {
        if (typeof text !== 'string' || text === '') continue;
        for (const key of keysOf(prompt, screen, name)) found.set(key, translateVariables(text));
      }
    }
  }
  return found;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysOf(prompt: string, screen: string, name: string): readonly string[] {
  const known = member(member(member(KEYS, prompt), screen), name);
  if (known !== undefined) return known;
  const own = `${prompt}.${name}`;
  return TRANSLATIONS.get(FALLBACK_LANGUAGE)?.has(own) ? [own] : [];
}

function member<T>(of: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return of !== undefined && Object.hasOwn(of, name) ? of[name] : undefined;
}

function translateVariables(text: string): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (variable, name: string) =>
    Object.hasOwn(VARIABLES, name) ? (VARIABLES[name] ?? variable) : variable,
  );
}
