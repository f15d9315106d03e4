/** A colour without transparency: red, green and blue, each 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

const HEX = /^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i;
const BLACK: Color = [0, 0, 0];
export const WHITE: Color = [255, 255, 255];

/** Contrast that text needs (WCAG 2.2, 1.4.3), and borders and rings (1.4.11). */
export const TEXT_CONTRAST = 4.5;
export const SHAPE_CONTRAST = 3;

/** Reads `#rgb`, `#rrggbb` and both with an opacity, which is left out. Undefined for anything else. */
export function readColor(text: unknown): Color | undefined {
  if (typeof text !== 'string' || !HEX.test(text)) return undefined;
  const digits = text.slice(1);
  const isShort = digits.length < 6;
  const part = (index: number) => {
    const pair = isShort ? digits.charAt(index).repeat(2) : digits.slice(2 * index, 2 * index + 2);
    return Number.parseInt(pair, 16);
  };
  return [part(0), part(1), part(2)];
}

/** `#rrggbb`. */
export function writeColor(color: Color): string {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** A colour between two; `share` of the second, 0 to 1. */
export function mix(from: Color, to: Color, share: number): Color {
  const between = (index: 0 | 1 | 2) => from[index] + (to[index] - from[index]) * share;
  return [between(0), between(1), between(2)];
}

function luminance(color: Color): number {
  const [red, green, blue] = color.map((part) => {
    const value = Math.round(part) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

/** Contrast of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(one: Color, other: Color): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Black or white, whichever is easier to read on a colour; one of them always has 4.5. */
export function labelOn(ground: Color): Color {
  return contrast(WHITE, ground) >= contrast(BLACK, ground) ? WHITE : BLACK;
}

/** The colour itself where it is readable on the ground, else the nearest to it that is. */
export function readableOn(color: Color, ground: Color, wanted: number = TEXT_CONTRAST): Color {
  const goal = labelOn(ground);
  for (let share = 0; share < 1; share += 0.05) {
    const candidate = mix(color, goal, share);
    if (contrast(candidate, ground) >= wanted) return candidate;
  }
  return goal;
}
