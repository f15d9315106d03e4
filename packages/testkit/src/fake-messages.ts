import type { EmailMessage, MessageContext, Messages, PhoneMessage } from '@tessera/model';

/** Messages that keep what they are told to send; `failure` is thrown instead. */
export interface FakeMessages extends Messages {
  readonly emails: (EmailMessage & { readonly context: MessageContext })[];
  readonly phoneMessages: (PhoneMessage & { readonly context: MessageContext })[];
  /** Codes of both, in the order in which they were sent. */
  readonly codes: string[];
  failure: Error | undefined;
}

export function createFakeMessages(): FakeMessages {
  const messages: FakeMessages = {
    emails: [],
    phoneMessages: [],
    codes: [],
    failure: undefined,
    async sendEmail(context, message) {
      if (messages.failure) throw messages.failure;
      messages.emails.push({ ...message, context });
      if (typeof message.variables.code === 'string') messages.codes.push(message.variables.code);
    },
    async sendPhoneMessage(context, message) {
      if (messages.failure) throw messages.failure;
      messages.phoneMessages.push({ ...message, context });
      if (message.code !== undefined) messages.codes.push(message.code);
    },
  };
  return messages;
}
