export { PAGE_LIMITS } from './limits.ts';
export type { UniversalLoginOptions } from './options.ts';
export { createPageRenderer } from './page-renderer.ts';
export { universalLogin } from './universal-login.ts';
