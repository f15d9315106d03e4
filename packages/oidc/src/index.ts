export { createOidc, type Oidc, type OidcOptions } from './oidc.ts';
