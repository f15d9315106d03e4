/**
 * Says which action judges the subject tokens of a type in a custom token exchange. The action has the
 * trigger `custom-token-exchange` and runs on its deployed version.
 */
export interface TokenExchangeProfile {
  /** `tep_` and 16 letters and digits. */
  readonly id: string;
  readonly name: string;
  readonly type: 'custom_authentication';
  /** A URI; unique in the tenant. */
  readonly subjectTokenType: string;
  readonly actionId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
