const ENTITIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: ' ',
  }),
);

/** Elements after which a line ends; two of them are a paragraph. */
const BLOCKS = new Set(
  'p div h1 h2 h3 h4 h5 h6 li tr table ul ol blockquote section header footer'.split(' '),
);
/** Elements whose content nobody sees. */
const HIDDEN = new Set(['style', 'script', 'head', 'title', 'template']);
/** Characters of a tag that are looked at: what is longer is no link to show. */
const MAX_TAG = 4_096;

/** The link that is open, and where its label begins. */
interface OpenLink {
  readonly href: string;
  readonly from: number;
}

/**
 * The plain-text alternative of a tenant's HTML: blocks become lines, links show where they lead. It goes
 * from left to right once, looking back at nothing, so that the time is in proportion to the length
 * whatever the markup is.
 */
export function htmlToText(html: string): string {
  const parts: string[] = [];
  let link: OpenLink | undefined;
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open === -1) break;
    parts.push(html.slice(at, open));
    const end = findEnd(html, open);
    if (end === undefined) return toLines(parts.join(''));
    at = end.after;
    const { name, isClosing } = end;
    if (name === 'br') parts.push('\n');
    else if (isClosing && BLOCKS.has(name)) parts.push('\n\n');
    else if (name === 'a' && !isClosing) link = openLink(html.slice(open, at), parts.length);
    else if (name === 'a' && link !== undefined) {
      parts.push(describeTarget(link, parts));
      link = undefined;
    }
  }
  parts.push(html.slice(at));
  return toLines(parts.join(''));
}

interface TagEnd {
  readonly name: string;
  readonly isClosing: boolean;
  /** Where the text goes on. */
  readonly after: number;
}

/** The tag or comment that begins at `open`, hidden content included. Undefined: it never ends. */
function findEnd(html: string, open: number): TagEnd | undefined {
  if (html.startsWith('<!--', open)) {
    const end = html.indexOf('-->', open + 4);
    return end === -1 ? undefined : { name: '', isClosing: false, after: end + 3 };
  }
  const close = html.indexOf('>', open);
  if (close === -1) return undefined;
  const [, slash = '', given = ''] =
    /^<(\/?)([a-z][a-z0-9]{0,15})/i.exec(html.slice(open, open + 20)) ?? [];
  const name = given.toLowerCase();
  const tag = { name, isClosing: slash === '/', after: close + 1 };
  if (tag.isClosing || !HIDDEN.has(name)) return tag;
  const ending = new RegExp(`</${name}`, 'gi');
  ending.lastIndex = close;
  const found = ending.exec(html);
  const last = found === null ? -1 : html.indexOf('>', found.index);
  return last === -1 ? undefined : { ...tag, after: last + 1 };
}

function openLink(tag: string, from: number): OpenLink | undefined {
  if (tag.length > MAX_TAG) return undefined;
  const found = /\shref\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)')/i.exec(tag);
  const href = found?.[1] ?? found?.[2] ?? '';
  return href === '' ? undefined : { href, from };
}

/** What stands behind a link's label: nothing where the label says it already. */
function describeTarget({ href, from }: OpenLink, parts: readonly string[]): string {
  const label = parts.slice(from).join('').trim();
  if (label === href) return '';
  return label === '' ? href : ` (${href})`;
}

function toLines(text: string): string {
  return `${decodeEntities(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{1,8}));/gi,
    (whole, dec, hex, name) => {
      if (name !== undefined) return ENTITIES.get(name.toLowerCase()) ?? whole;
      const point = dec === undefined ? Number.parseInt(hex, 16) : Number(dec);
      return point > 0x10ffff ? whole : String.fromCodePoint(point);
    },
  );
}
