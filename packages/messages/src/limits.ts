/** Every limit of this package, by name. */
export const LIMITS = {
  /** E-mails to one address of a tenant in an hour; further ones are dropped, with a log entry. */
  emailsPerRecipientAndHour: 20,
  /** Text messages and calls to one number of a tenant in an hour. */
  phoneMessagesPerRecipientAndHour: 10,
  /** Messages of a tenant in ten minutes, all recipients together. */
  messagesPerTenantAndTenMinutes: 2_000,
  /** Characters of a template's source: body, subject or sender. */
  templateLength: 100_000,
  /**
   * Time that one text of a tenant may take to render, ms. It blocks everything else, so it is short; an
   * ordinary one takes less than a millisecond, which a busy machine may stretch.
   */
  renderMs: 250,
  /**
   * Units of work in the template engine: characters and items that filters and loops touch. One filter is
   * not interrupted, so this is what bounds its time.
   */
  renderMemory: 200_000,
  /** Characters that any text may have when it is rendered; a body, a subject and so on have limits of their own. */
  renderLength: 1_000_000,
  /** Characters of a rendered body. */
  bodyLength: 100_000,
  /** Characters of a rendered subject, as mail programs show them. */
  subjectLength: 255,
  /** Characters of a rendered phone message, as the trigger's event allows. */
  phoneTextLength: 1_024,
  /** Times that a phone message is tried: its code is worth nothing after some minutes. */
  phoneAttempts: 4,
  /** Bytes of the values that a caller hands over for one message. */
  variablesBytes: 65_536,
} as const;
