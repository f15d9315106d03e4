import type {
  ChallengeCommand,
  Command,
  PromptCommand,
  RedirectCommand,
} from '../shared/commands.ts';

/** What the `api` of this trigger records. */
export type PasswordResetPostChallengeCommand =
  | Command<'access.deny', readonly [reason: string]>
  | Command<
      'transaction.setResultUrl',
      readonly [url: string, options: { readonly query: { readonly [name: string]: string } }]
    >
  | ChallengeCommand
  | PromptCommand
  | RedirectCommand;
