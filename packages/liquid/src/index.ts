export { createLiquid, type LiquidLimits, type Markup } from './create-liquid.ts';
