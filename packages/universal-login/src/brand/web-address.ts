/** Characters that would end a CSS string or an HTML attribute; an address never needs them. */
const UNSAFE = /["'\\<>\s\p{Cc}]/u;

/** An address of a picture that `img-src` lets through; others would be a broken picture. */
export function readPictureUrl(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  const isPicture =
    readUrl(text)?.protocol === 'https:' || /^data:image\/[a-z+.-]+[;,]/i.test(text);
  return isPicture ? text : null;
}

/** An https address, normalised so that it can stand in a style sheet; null for anything else. */
export function readFontUrl(text: string | undefined): string | null {
  const url = readUrl(text);
  return url?.protocol === 'https:' && !UNSAFE.test(url.href) ? url.href : null;
}

/** An http(s) address; null for anything else. */
export function readWebUrl(text: string | undefined): string | null {
  const url = readUrl(text);
  return url && /^https?:$/.test(url.protocol) ? url.href : null;
}

function readUrl(text: string | undefined): URL | null {
  return text === undefined || text === '' ? null : URL.parse(text);
}
