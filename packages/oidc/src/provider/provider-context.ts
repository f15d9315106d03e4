import type Provider from 'oidc-provider';

/** The context of a request in middleware of ours, before oidc-provider has looked at it. */
export type ProviderContext = Parameters<Parameters<Provider['use']>[0]>[0];
