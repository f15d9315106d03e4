export { findPageTemplateProblem, PAGE_TEMPLATE_LIMITS } from './brand/page-template.ts';
export { PAGE_LIMITS } from './limits.ts';
export type { UniversalLoginOptions } from './options.ts';
export { createPageRenderer, type PageRendererOptions } from './page-renderer.ts';
export { universalLogin } from './universal-login.ts';
