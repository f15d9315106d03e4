import type { JsonObject, RandomBytes } from '@tessera/model';
import type { Message } from '../i18n/translator.ts';

/** A question that people answer more easily than programs; whoever runs the server may bring a better one. */
export interface BotChallenge {
  /** `secret` is kept by the server and comes back with the answer. */
  create(): { readonly question: Message; readonly secret: JsonObject };
  verify(secret: JsonObject, answer: string): Promise<boolean>;
}

/**
 * The one that needs nobody else and no script: a small sum in words of the page's language. It stops
 * programs that were not written for it, and no others.
 */
export function createSumChallenge(randomBytes: RandomBytes): BotChallenge {
  return {
    create() {
      const [a = 0, b = 0] = randomBytes(2);
      const [first, second] = [2 + (a % 18), 2 + (b % 18)];
      return {
        question: { key: 'bot-gate.question', values: { first, second } },
        secret: { sum: first + second },
      };
    },
    verify: async ({ sum }, answer) => Number(toLatinDigits(answer).trim()) === sum,
  };
}

/** Keyboards of some languages write other digits. */
function toLatinDigits(text: string): string {
  return text
    .replaceAll(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replaceAll(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0));
}
