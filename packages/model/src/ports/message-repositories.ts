import type {
  EmailTemplate,
  EmailTemplateName,
  MessageProvider,
  OutboxMessage,
  PhoneTemplate,
} from '../entities/message.ts';
import type { Page, PageQuery } from './page.ts';
import type { SqlTransaction } from './sql-transaction.ts';

/** Messages on their way, kept, and what became of the others. Recipients and contents are encrypted at rest. */
export interface OutboxRepository {
  /** With `transaction`, the message exists exactly when that commits. */
  create(
    message: Omit<OutboxMessage, 'attempts' | 'error' | 'createdAt' | 'sentAt'>,
    transaction?: SqlTransaction,
  ): Promise<void>;
  find(id: string): Promise<OutboxMessage | undefined>;
  /** Newest first. `to`: exact, letter case aside. */
  list(
    query: PageQuery & {
      readonly to?: string;
      readonly status?: OutboxMessage['status'];
      readonly template?: string;
    },
  ): Promise<Page<OutboxMessage>>;
  /** Changes a message that is there; false otherwise. */
  update(
    id: string,
    patch: Partial<
      Pick<OutboxMessage, 'status' | 'content' | 'attempts' | 'error' | 'sentAt' | 'to'>
    >,
  ): Promise<boolean>;
  delete(id: string): Promise<boolean>;
  /** Deletes all messages of the tenant, or those to one recipient; returns how many. */
  deleteAll(to?: string): Promise<number>;
  /** Deletes messages older than `before`, whatever their status; returns how many. */
  deleteOlderThan(before: Date): Promise<number>;
}

/** A tenant's own e-mail templates; the others are the server's. */
export interface EmailTemplateRepository {
  find(name: EmailTemplateName): Promise<EmailTemplate | undefined>;
  /** Rejects with `conflict` when the tenant has one of that name. */
  create(template: EmailTemplate): Promise<void>;
  /** Inserts or overwrites. */
  save(template: EmailTemplate): Promise<void>;
}

/** A tenant's own texts of phone messages. */
export interface PhoneTemplateRepository {
  /** Rejects with `conflict` when the tenant has one of that type. */
  create(template: Omit<PhoneTemplate, 'createdAt' | 'updatedAt'>): Promise<PhoneTemplate>;
  find(id: string): Promise<PhoneTemplate | undefined>;
  findByType(type: PhoneTemplate['type']): Promise<PhoneTemplate | undefined>;
  /** In order of creation. */
  list(): Promise<readonly PhoneTemplate[]>;
  update(
    id: string,
    patch: Partial<Pick<PhoneTemplate, 'isDisabled' | 'content'>>,
  ): Promise<PhoneTemplate | undefined>;
  delete(id: string): Promise<boolean>;
}

/** A tenant's ways out for messages. */
export interface MessageProviderRepository {
  /** Rejects with `conflict` when the id is taken: a tenant has one provider of e-mails. */
  create(provider: Omit<MessageProvider, 'createdAt' | 'updatedAt'>): Promise<MessageProvider>;
  find(id: string): Promise<MessageProvider | undefined>;
  /** In order of creation. */
  list(channel: MessageProvider['channel']): Promise<readonly MessageProvider[]>;
  update(
    id: string,
    patch: Partial<
      Pick<MessageProvider, 'name' | 'isEnabled' | 'defaultFrom' | 'settings' | 'credentials'>
    >,
  ): Promise<MessageProvider | undefined>;
  delete(id: string): Promise<boolean>;
}
