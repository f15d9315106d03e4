/** Second factors that can be asked for by provider. */
export type MultifactorProvider = 'none' | 'any' | 'guardian' | 'google-authenticator' | 'duo';

/** How a second factor is asked for. */
export interface EnableMultifactorOptions {
  /** Offers to spare the person the second factor in this browser for 30 days. Default false. */
  readonly allowRememberBrowser?: boolean;
  /** Access to the person's account at Duo, a service that this system does not reach: checked, not used. */
  readonly providerOptions?: {
    readonly host: string;
    readonly ikey: string;
    readonly skey: string;
    readonly username?: string;
  };
}

/** Second factors by provider. */
export interface MultifactorAPI<Api> {
  /**
   * Asks for a second factor after all actions have run. The last call counts; `none` lifts what an
   * earlier one asked for.
   */
  enable(provider: MultifactorProvider, options?: EnableMultifactorOptions): Api;
}
