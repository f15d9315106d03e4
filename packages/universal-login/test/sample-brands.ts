import type { Branding } from '@tessera/model';

const PICTURE = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="36"><rect width="120" height="36" fill="#7a1fa2"/></svg>',
)}`;

const THEME = {
  themeId: 'sample',
  borders: {
    button_border_radius: 3,
    button_border_weight: 1,
    buttons_style: 'pill',
    input_border_radius: 3,
    input_border_weight: 1,
    inputs_style: 'sharp',
    show_widget_shadow: false,
    widget_border_weight: 2,
    widget_corner_radius: 4,
  },
  colors: {
    body_text: '#c9c4e0',
    error: '#802020',
    header: '#ffffff',
    icons: '#c9c4e0',
    input_background: '#2b2350',
    input_border: '#30285a',
    input_filled_text: '#ffffff',
    input_labels_placeholders: '#8f88b0',
    links_focused_components: '#b79cff',
    primary_button: '#ffd54a',
    primary_button_label: '#ffffff',
    secondary_button_border: '#30285a',
    secondary_button_label: '#1e1938',
    success: '#00ff00',
    widget_background: '#1e1938',
    widget_border: '#3c3366',
  },
  fonts: {
    body_text: { bold: false, size: 87.5 },
    buttons_text: { bold: false, size: 100 },
    font_url: '',
    input_labels: { bold: false, size: 100 },
    links: { bold: true, size: 87.5 },
    links_style: 'normal',
    reference_text_size: 16,
    subtitle: { bold: false, size: 87.5 },
    title: { bold: false, size: 150 },
  },
  page_background: { background_color: '#120e26', background_image_url: '', page_layout: 'center' },
  widget: {
    header_text_alignment: 'center',
    logo_height: 40,
    logo_position: 'center',
    logo_url: '',
    social_buttons_layout: 'bottom',
  },
};

/** Brands that make it hard to read anything, by name. */
export const SAMPLE_BRANDS: Readonly<Record<string, Branding>> = {
  pale: { primaryColor: '#fff59d', pageBackground: '#fffde7', logoUrl: PICTURE },
  loud: { primaryColor: '#ff00aa', pageBackground: '#777777' },
  gradient: {
    primaryColor: '#0059d6',
    extra: {
      page_background: { type: 'linear-gradient', start: '#000000', end: '#ffffff', angle_deg: 35 },
    },
  },
  theme: { logoUrl: PICTURE, extra: { theme: THEME } },
  template: {
    primaryColor: '#0b6e4f',
    pageTemplate: [
      '<!DOCTYPE html><html lang="{{ locale }}" dir="{{ dir }}"><head>{%- auth0:head -%}',
      '<style>body{background:#dfe7e3}header{padding:1rem;background:#0b3d2e;color:#fff}</style></head>',
      '<body><header>{{ tenant.friendly_name }}: {{ prompt.screen.texts.pageTitle }}</header>',
      '<div class="_widget-auto-layout">{%- auth0:widget -%}</div></body></html>',
    ].join(''),
  },
};
