export { createMessages, type MessagesOptions } from './create-messages.ts';
export { type Mailbox, parseMailbox } from './deliver/addresses.ts';
export type { OperatorSmtp } from './deliver/operator-smtp.ts';
export type { SmtpAddress, SmtpServer } from './deliver/send-smtp.ts';
export { LIMITS as MESSAGE_LIMITS } from './limits.ts';
export { findTemplateProblem } from './render/liquid.ts';
export {
  createSendMessageHandler,
  giveUpMessage,
  type SendMessageHandlerOptions,
} from './send-message-handler.ts';
