import {
  type Color,
  contrast,
  labelOn,
  mix,
  readableOn,
  SHAPE_CONTRAST,
  TEXT_CONTRAST,
  writeColor,
} from './color.ts';

/** Buttons have the colour as it is; links, rings and our mark as it can be seen on the card. */
export function accentVariables(primary: Color, card: Color, label?: Color): readonly string[] {
  const shape = readableOn(primary, card, SHAPE_CONTRAST);
  const onAccent = label ? readableOn(label, shape) : labelOn(shape);
  // Away from the label: the contrast only grows.
  const hover = mix(shape, labelOn(onAccent), 0.15);
  return [
    `--accent:${writeColor(shape)}`,
    `--accent-strong:${writeColor(hover)}`,
    `--on-accent:${writeColor(onAccent)}`,
    `--link:${writeColor(readableOn(primary, card))}`,
    `--ring:${writeColor(shape)}`,
  ];
}

/** The footer stands on the page itself; where no colour can be read on all of it, on a card. */
export function footVariables(
  grounds: readonly Color[],
  fallback: { readonly card: Color; readonly soft: Color },
): readonly string[] {
  const [ground] = grounds;
  const text = ground && labelOn(ground);
  const isReadable = text && grounds.every((one) => contrast(text, one) >= TEXT_CONTRAST);
  return isReadable
    ? [`--foot:${writeColor(text)}`]
    : [`--foot:${writeColor(fallback.soft)}`, `--foot-ground:${writeColor(fallback.card)}`];
}
