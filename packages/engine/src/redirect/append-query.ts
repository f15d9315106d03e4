/**
 * The URL with parameters added to its query, before its fragment. By hand, for the engine has
 * neither Node's nor the DOM's `URL`; the rest of the URL stays as the author wrote it.
 */
export function appendQuery(url: string, query: Readonly<Record<string, string>>): string {
  const added = Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
  if (added === '') return url;
  const fragmentAt = url.indexOf('#');
  const base = fragmentAt < 0 ? url : url.slice(0, fragmentAt);
  const fragment = fragmentAt < 0 ? '' : url.slice(fragmentAt);
  const separator = !base.includes('?') ? '?' : /[?&]$/.test(base) ? '' : '&';
  return `${base}${separator}${added}${fragment}`;
}
