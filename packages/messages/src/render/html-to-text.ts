const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/**
 * The plain-text alternative of a tenant's HTML: blocks become lines, links show where they lead. No
 * document is built: it reads from left to right once, whatever the markup is.
 */
export function htmlToText(html: string): string {
  const visible = removeBlocks(html);
  const text = visible
    .replace(/<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([^<]*)<\/a>/gi, linkText)
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<\/(?:p|div|h[1-6]|li|tr|table|ul|ol|blockquote)\s*>/gi, '\n\n')
    .replace(/<[^>]*>/g, '');
  return `${decodeEntities(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

/** Without what nobody sees: style, script, head and comments. An unclosed one runs to the end. */
function removeBlocks(html: string): string {
  let rest = html;
  let visible = '';
  for (;;) {
    const start = /<!--|<(style|script|head|title)\b/i.exec(rest);
    if (start === null) return visible + rest;
    visible += rest.slice(0, start.index);
    const end = start[1] === undefined ? '-->' : `</${start[1].toLowerCase()}`;
    const from = start.index + start[0].length;
    const at = rest.toLowerCase().indexOf(end, from);
    if (at === -1) return visible;
    const close = end === '-->' ? at + end.length : rest.indexOf('>', at) + 1;
    if (close === 0) return visible;
    rest = rest.slice(close);
  }
}

function linkText(_whole: string, double = '', single = '', label = ''): string {
  const target = double === '' ? single : double;
  const shown = label.trim();
  return shown === '' || shown === target ? target : `${shown} (${target})`;
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, dec, hex, name) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
    const point = dec === undefined ? Number.parseInt(hex, 16) : Number(dec);
    return point > 0x10ffff ? whole : String.fromCodePoint(point);
  });
}
