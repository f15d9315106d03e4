import { z } from 'zod';
import { isCommonPassword } from './common-passwords.ts';

/** Kinds of characters, named as the hosted service names them in its answers. */
type CharacterClass = 'lowerCase' | 'upperCase' | 'numbers' | 'specialCharacters';

/** What a connection asks of passwords. */
export interface PasswordPolicy {
  /** In Unicode code points. */
  readonly minLength: number;
  /** At least `atLeast` of `classes` must occur. Absent: any characters do. */
  readonly characters?: { readonly classes: readonly CharacterClass[]; readonly atLeast: number };
  /** Longest allowed run of one character. */
  readonly maxIdenticalRun?: number;
  /** Longest allowed run of neighbours such as `abc` or `321`. */
  readonly maxSequentialRun?: number;
  readonly dictionary?: { readonly commonPasswords: number; readonly custom: readonly string[] };
  /** The password must not contain parts of the person's profile. */
  readonly refusesPersonalInfo: boolean;
}

/** One rule of a policy, in the shape and the words of the hosted service's answers. */
export interface PasswordRule {
  readonly code: string;
  /** With `%d` and `%s` for the members of `format`. */
  readonly message: string;
  readonly format?: readonly (number | string)[];
  readonly items?: readonly PasswordRule[];
  readonly isMet: boolean;
}

const COMMON_PASSWORDS = { en_10k: 10_000, en_100k: 100_000 } as const;
const LEVELS: Record<string, Omit<PasswordPolicy, 'refusesPersonalInfo'>> = {
  none: { minLength: 1 },
  low: { minLength: 6 },
  fair: {
    minLength: 8,
    characters: { classes: ['lowerCase', 'upperCase', 'numbers'], atLeast: 3 },
  },
  good: { minLength: 8, characters: threeOfFour() },
  excellent: { minLength: 10, characters: threeOfFour(), maxIdenticalRun: 2 },
};

function threeOfFour(): NonNullable<PasswordPolicy['characters']> {
  return { classes: ['lowerCase', 'upperCase', 'numbers', 'specialCharacters'], atLeast: 3 };
}

const CLASS_OF_OPTION = {
  lowercase: 'lowerCase',
  uppercase: 'upperCase',
  number: 'numbers',
  special: 'specialCharacters',
} as const satisfies Record<string, CharacterClass>;

const complexitySchema = z.object({
  min_length: z.number().int().nullish(),
  character_types: z.array(z.enum(['lowercase', 'uppercase', 'number', 'special'])).nullish(),
  character_type_rule: z.enum(['all', 'three_of_four']).nullish(),
  identical_characters: z.enum(['allow', 'block']).nullish(),
  sequential_characters: z.enum(['allow', 'block']).nullish(),
});

/** Members of a connection's options that decide the password policy: the older set and `password_options`. */
export const passwordOptionsSchema = z.object({
  passwordPolicy: z.enum(['none', 'low', 'fair', 'good', 'excellent']).nullish(),
  password_complexity_options: z.object({ min_length: z.number().int().nullish() }).nullish(),
  password_no_personal_info: z.object({ enable: z.boolean().nullish() }).nullish(),
  password_dictionary: z
    .object({ enable: z.boolean().nullish(), dictionary: z.array(z.string()).nullish() })
    .nullish(),
  password_options: z
    .object({
      complexity: complexitySchema.nullish(),
      dictionary: z
        .object({
          active: z.boolean().nullish(),
          default: z.enum(['en_10k', 'en_100k']).nullish(),
          custom: z.array(z.string()).nullish(),
        })
        .nullish(),
      profile_data: z.object({ active: z.boolean().nullish() }).nullish(),
    })
    .nullish(),
});

type PasswordOptions = z.infer<typeof passwordOptionsSchema>;

/** Longest run that `block` still lets pass, for identical and for sequential characters. */
const BLOCKED_RUN = 2;

/** Works out the policy. Without any option it is `good`. */
export function readPasswordPolicy(options: PasswordOptions): PasswordPolicy {
  const level = LEVELS[options.passwordPolicy ?? 'good'] ?? { minLength: 8 };
  const modern = options.password_options;
  const complexity = modern?.complexity;
  const base = complexity ? readComplexity(complexity) : level;
  const common = modern?.dictionary?.active ? (modern.dictionary.default ?? 'en_10k') : undefined;
  const isOlderDictionary = options.password_dictionary?.enable === true;
  const custom = [
    ...((isOlderDictionary && options.password_dictionary?.dictionary) || []),
    ...((common && modern?.dictionary?.custom) || []),
  ];
  return {
    ...base,
    minLength: Math.max(
      1,
      complexity?.min_length ?? options.password_complexity_options?.min_length ?? base.minLength,
    ),
    ...(common || isOlderDictionary
      ? { dictionary: { commonPasswords: COMMON_PASSWORDS[common ?? 'en_10k'], custom } }
      : {}),
    refusesPersonalInfo:
      options.password_no_personal_info?.enable === true || modern?.profile_data?.active === true,
  };
}

function readComplexity(
  complexity: z.infer<typeof complexitySchema>,
): Omit<PasswordPolicy, 'refusesPersonalInfo'> {
  const classes = (complexity.character_types ?? []).map((type) => CLASS_OF_OPTION[type]);
  const isThreeOfFour = complexity.character_type_rule === 'three_of_four';
  return {
    minLength: 15,
    ...(isThreeOfFour ? { characters: threeOfFour() } : {}),
    ...(!isThreeOfFour && classes.length > 0
      ? { characters: { classes, atLeast: classes.length } }
      : {}),
    ...(complexity.identical_characters === 'block' ? { maxIdenticalRun: BLOCKED_RUN } : {}),
    ...(complexity.sequential_characters === 'block' ? { maxSequentialRun: BLOCKED_RUN } : {}),
  };
}

const CLASS_PATTERNS: Record<CharacterClass, RegExp> = {
  lowerCase: /\p{Ll}/u,
  upperCase: /\p{Lu}/u,
  numbers: /\p{Nd}/u,
  specialCharacters: /[^\p{L}\p{Nd}]/u,
};
const CLASS_NAMES: Record<CharacterClass, string> = {
  lowerCase: 'lower case letters (a-z)',
  upperCase: 'upper case letters (A-Z)',
  numbers: 'numbers (i.e. 0-9)',
  specialCharacters: 'special characters (e.g. !@#$%^&*)',
};

/**
 * Judges a password: every rule of the policy, each with whether it is met. With an empty password
 * the list describes the policy.
 *
 * @param personal Texts of the person's profile: address, names, username.
 */
export async function judgePassword(
  policy: PasswordPolicy,
  password: string,
  personal: readonly string[],
): Promise<readonly PasswordRule[]> {
  const rules: PasswordRule[] = [
    {
      code: 'lengthAtLeast',
      message: 'At least %d characters in length',
      format: [policy.minLength],
      isMet: [...password].length >= policy.minLength,
    },
  ];
  if (policy.characters) rules.push(judgeCharacters(policy.characters, password));
  if (policy.maxIdenticalRun !== undefined) {
    rules.push({
      code: 'identicalChars',
      message: 'No more than %d identical characters in a row (e.g., "%s" not allowed)',
      format: [policy.maxIdenticalRun, 'a'.repeat(policy.maxIdenticalRun + 1)],
      isMet: longestRun(password, 0) <= policy.maxIdenticalRun,
    });
  }
  if (policy.maxSequentialRun !== undefined) {
    rules.push({
      code: 'sequentialChars',
      message: 'No more than %d sequential characters in a row (e.g., "%s" not allowed)',
      format: [policy.maxSequentialRun, 'abcdefgh'.slice(0, policy.maxSequentialRun + 1)],
      isMet: Math.max(longestRun(password, 1), longestRun(password, -1)) <= policy.maxSequentialRun,
    });
  }
  if (policy.dictionary) {
    const { commonPasswords, custom } = policy.dictionary;
    const lower = password.toLowerCase();
    const isListed = custom.some((entry) => entry.toLowerCase() === lower);
    rules.push({
      code: 'notCommon',
      message: 'Not one of the most common passwords',
      isMet: !isListed && !(await isCommonPassword(lower, commonPasswords)),
    });
  }
  if (policy.refusesPersonalInfo) {
    rules.push({
      code: 'noPersonalInfo',
      message: 'No parts of your name, username or e-mail address',
      isMet: !containsPersonalInfo(password, personal),
    });
  }
  return rules;
}

function judgeCharacters(
  { classes, atLeast }: NonNullable<PasswordPolicy['characters']>,
  password: string,
): PasswordRule {
  const items = classes.map((name) => ({
    code: name,
    message: CLASS_NAMES[name],
    isMet: CLASS_PATTERNS[name].test(password),
  }));
  const isMet = items.filter((item) => item.isMet).length >= atLeast;
  return atLeast === classes.length
    ? { code: 'shouldContain', message: 'Should contain:', items, isMet }
    : {
        code: 'containsAtLeast',
        message: 'Contain at least %d of the following %d types of characters:',
        format: [atLeast, classes.length],
        items,
        isMet,
      };
}

/** Length of the longest run in which each character is the one before plus `step`. */
function longestRun(text: string, step: -1 | 0 | 1): number {
  let longest = 0;
  let run = 0;
  let previous: number | undefined;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    run = previous !== undefined && code === previous + step ? run + 1 : 1;
    longest = Math.max(longest, run);
    previous = code;
  }
  return longest;
}

/** Parts shorter than this occur by chance in good passwords. */
const PERSONAL_PART_LENGTH = 4;

function containsPersonalInfo(password: string, personal: readonly string[]): boolean {
  const lower = password.toLowerCase();
  return personal
    .flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{Nd}]+/u))
    .some((part) => part.length >= PERSONAL_PART_LENGTH && lower.includes(part));
}
