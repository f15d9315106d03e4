import type { EmailMessage, MessageContext, Messages, PhoneMessage } from '@tessera/model';

/** Messages that keep what they are told to send; `failure` is thrown instead. */
export interface FakeMessages extends Messages {
  readonly emails: (EmailMessage & { readonly context: MessageContext })[];
  readonly phoneMessages: (PhoneMessage & { readonly context: MessageContext })[];
  failure: Error | undefined;
}

export function createFakeMessages(): FakeMessages {
  const messages: FakeMessages = {
    emails: [],
    phoneMessages: [],
    failure: undefined,
    async sendEmail(context, message) {
      if (messages.failure) throw messages.failure;
      messages.emails.push({ ...message, context });
    },
    async sendPhoneMessage(context, message) {
      if (messages.failure) throw messages.failure;
      messages.phoneMessages.push({ ...message, context });
    },
  };
  return messages;
}
