export * from './action-modules.ts';
export * from './actions.ts';
export * from './clients.ts';
export * from './logs.ts';
export * from './master-keys.ts';
export * from './oidc-models.ts';
export * from './tenants.ts';
export * from './users.ts';
